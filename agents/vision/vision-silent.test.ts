import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { descendantsOf, listProcesses } from '../../scripts/bench/process-usage.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'

/** Processes are started again here, on a machine that may be busy with other tests. */
const LIMIT_MS = 120_000

test('a process that is alive and says nothing is replaced, and what was in it is done', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['tiny-yolov8'], {}, { silenceMs: 3_000 })
  const previews = await Promise.all(
    Array.from({ length: 8 }, (_, at) => paintRectangle({ box: [at / 16, 0.25, 0.4, 0.5] })),
  )
  await t.look('asset.detect', 'tiny-yolov8', previews[0]!, {})
  const before = t.vision.host.pid!
  const inside = descendantsOf(before, listProcesses()).map(({ pid }) => pid)
  for (const pid of [before, ...inside]) process.kill(pid, 'SIGSTOP')
  const results = await Promise.all(
    previews.map((preview) => t.look('asset.detect', 'tiny-yolov8', preview, {})),
  )
  expect(results.map(({ objects }) => objects.length)).toEqual(previews.map(() => 1))
  expect(t.vision.host.pid).not.toBe(before)
  expect(() => process.kill(before, 0)).toThrow('ESRCH')
})

test.each([
  ['another than the processor is left out from then on', ['webgpu', 'cpu'], 'webgpu'],
  ['the processor itself is tried again', ['cpu'], 'cpu'],
] as const)(
  'of providers whose self-test ends the process, %s',
  {
    timeout: LIMIT_MS,
  },
  async (_, providers, atFault) => {
    let kills = 0
    const t = await startTinyVision(
      ['tiny-yolov8'],
      { providers: [...providers] },
      {
        log: onLine(({ msg, provider }) => {
          if (msg !== 'trying an execution provider' || provider !== atFault || kills > 0) return
          kills += 1
          process.kill(t.vision.host.pid!, 'SIGKILL')
        }),
      },
    )
    const { objects, provider } = await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
    expect([kills, objects.length, provider]).toEqual([1, 1, 'cpu'])
    const others = t.vision.report().providers.filter(({ works }) => !works)
    expect(others).toEqual(
      atFault === 'cpu'
        ? []
        : [{ provider: atFault, works: false, reason: expect.stringContaining('ended the process') }],
    )
  },
)

/** A log that is read while it is written. */
function onLine(read: (line: { msg: string; provider?: string }) => void) {
  return pino(
    { level: 'debug' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        read(JSON.parse(chunk.toString()))
        done()
      },
    }),
  )
}
