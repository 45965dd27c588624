import { cp, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { expect, onTestFinished, test } from 'vitest'
import { writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { readKeptCounts } from './counts/kept-counts.ts'
import { possibleCounts } from './counts/session-counts.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { RunningVision } from './testing/running-vision.ts'

/** Processes are started again here, on a machine that may be busy with other tests. */
const LIMIT_MS = 120_000
const MEASURING = 'finding out how many sessions and threads do most on this machine'

const canChoose = availableParallelism() > 1

const tinyYolo = (folder: string) => writeTinyModels(folder, ['tiny-yolov8'])
const copyOf = (from: string) => (folder: string) => cp(from, folder, { recursive: true })

/** A machine with these models, and what it says on the way to its first look. */
async function lookWith(
  fill: (folder: string) => Promise<unknown>,
  config: Parameters<typeof RunningVision.start>[1] = {},
  onLine: (line: string, t: () => RunningVision) => void = () => {},
) {
  const { t, lines } = await startAndListen(fill, config, { onLine })
  const result = await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
  return { t, lines, result, used: t.vision.report().providers.find(({ works }) => works) }
}

async function startAndListen(
  fill: (folder: string) => Promise<unknown>,
  config: Parameters<typeof RunningVision.start>[1],
  {
    onLine = () => {},
    ...options
  }: Parameters<typeof RunningVision.start>[2] & {
    onLine?: (line: string, t: () => RunningVision) => void
  } = {},
) {
  const lines: string[] = []
  const log = pino(
    { level: 'debug' },
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        const { msg } = JSON.parse(chunk.toString()) as { msg: string }
        lines.push(msg)
        onLine(msg, () => t)
        done()
      },
    }),
  )
  const t: RunningVision = await RunningVision.start(fill, config, { ...options, measures: true, log })
  onTestFinished(() => t[Symbol.asyncDispose]())
  return { t, lines }
}

test.skipIf(!canChoose)(
  'what does most is measured once, used and shown, and measured again for other models',
  { timeout: LIMIT_MS },
  async () => {
    const first = await lookWith(tinyYolo)
    expect(first.result.objects).toHaveLength(1)
    expect(first.lines).toContain(MEASURING)
    const { sessions, threads } = first.used!
    expect(possibleCounts('cpu', availableParallelism())).toContainEqual({ sessions, threads })
    const { folder } = first.t
    await expect.poll(() => readKeptCounts(folder)).toMatchObject({ provider: 'cpu', sessions, threads })

    const kept = readKeptCounts(folder)!
    const other = possibleCounts('cpu', kept.cores).find((way) => way.sessions !== sessions)!
    await writeFile(join(folder, '.counts.json'), JSON.stringify({ ...kept, ...other }))
    const second = await lookWith(copyOf(folder))
    expect(second.lines).not.toContain(MEASURING)
    expect(second.used).toMatchObject(other)

    await writeTinyModels(folder, ['tiny-yolov8', 'tiny-clip'])
    const third = await lookWith(copyOf(folder))
    expect(third.lines).toContain(MEASURING)
  },
)

test.skipIf(!canChoose)('a person’s number of threads is taken as it is', { timeout: LIMIT_MS }, async () => {
  const { lines, used } = await lookWith(tinyYolo, { threads: 3 })
  expect(lines).not.toContain(MEASURING)
  expect(used).toMatchObject({ threads: 3 })
})

test.skipIf(!canChoose)(
  'a process that ends while it measures is replaced by one that does not',
  { timeout: LIMIT_MS },
  async () => {
    const { lines, result, t } = await lookWith(tinyYolo, {}, (line, running) => {
      if (line === MEASURING) process.kill(running().vision.host.pid!, 'SIGKILL')
    })
    expect(result.objects).toHaveLength(1)
    expect(lines.filter((line) => line === MEASURING)).toHaveLength(1)
    await expect(readFile(join(t.folder, '.counts.json'))).rejects.toThrow('ENOENT')
  },
)

test.skipIf(!canChoose)(
  'a machine that only answers words measures nothing',
  { timeout: LIMIT_MS },
  async () => {
    const capabilities = [{ capability: 'query', concurrency: 2 }] as const
    const { t, lines } = await startAndListen(
      (folder) => writeTinyModels(folder, ['tiny-clip']),
      {},
      { capabilities },
    )
    expect((await t.ask('tiny-clip', 'red')).embedding).not.toBeNull()
    expect(lines).not.toContain(MEASURING)
  },
)
