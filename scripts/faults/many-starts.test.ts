import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { childrenOf, HearthRun } from '../start/testing/hearth-run.ts'
import { treeState } from '../start/testing/tree-state.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { copyPhotos } from './testing/photo-library.ts'
import { until } from './testing/until.ts'

const PHOTOS = 12
/** The promise: who finds the folder taken says so within this time. */
const REFUSAL_LIMIT_MS = 2_000
const ENDED_LIMIT_MS = 30_000

const { atOnce, starts } = sizes.manyStarts
const base = mkdtempSync(join(tmpdir(), 'hearth-starts-'))
const photos = join(base, 'photos')
const data = join(base, 'data')
const args = [photos, '--data', data, '--port', '0']

beforeAll(() => copyPhotos(photos, PHOTOS))
afterAll(() => rmSync(base, { recursive: true, force: true }))

test('of many starts on one empty folder at once exactly one wins', { timeout: TEST_LIMIT_MS }, async () => {
  const run = new FaultRun('R34 many starts at once')
  const empty = join(base, 'empty')
  mkdirSync(empty)
  const all = Array.from({ length: atOnce }, () => HearthRun.spawn([photos, '--data', empty, '--port', '0']))
  const endOf = (one: HearthRun) =>
    one
      .url()
      .then(() => 'won' as const)
      .catch(() => one.exit())
  try {
    const ends = await Promise.all(all.map((one) => Promise.race([one.exit(), endOf(one)])))
    expect(ends.filter((end) => end === 'won')).toHaveLength(1)
    expect(ends.filter((end) => end === 2)).toHaveLength(atOnce - 1)
    run.report({ starts: atOnce, won: 1, refused: atOnce - 1 })
  } finally {
    await Promise.all(all.map((one) => one.stop()))
  }
})

test('a folder in use is refused at once, and is free again when its holder was killed', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R34 many starts')
  const originals = treeState(photos)
  const holder = HearthRun.spawn(args)
  let next: HearthRun | undefined
  try {
    await holder.url()
    const untilReady = await startUpMs()
    const refusals: number[] = []
    for (let start = 0; start < starts; start += 1) refusals.push((await refusedMs(holder)) - untilReady)
    expect(Math.max(...refusals)).toBeLessThan(REFUSAL_LIMIT_MS)

    const children = childrenOf(holder.child.pid!)
    holder.child.kill('SIGKILL')
    await holder.exit()
    next = HearthRun.spawn(args)
    await next.url()
    await until('what the killed one had started has ended', ENDED_LIMIT_MS, () => !children.some(isRunning))
    expect(await next.stop()).toBe(0)

    const once = await HearthRun.toEnd([...args, '--once', '--json'])
    expect(JSON.parse(once.report)).toMatchObject({ files: PHOTOS, assets: PHOTOS, failed: [] })
    expect(treeState(photos)).toEqual(originals)
    run.report({
      'starts refused': starts,
      'ms longest refusal': Math.round(Math.max(...refusals)),
      'kill of the holder': 1,
      'next start served': 1,
    })
  } finally {
    await holder.stop()
    await next?.stop()
  }
})

/** How long a start takes on this machine, now, to get as far as trying: `--help` loads the same code. */
async function startUpMs(): Promise<number> {
  const startedAt = performance.now()
  await HearthRun.toEnd(['--help'])
  return performance.now() - startedAt
}

async function refusedMs(holder: HearthRun): Promise<number> {
  const startedAt = performance.now()
  const { exitCode, output } = await HearthRun.toEnd(args)
  const tookMs = performance.now() - startedAt
  expect(exitCode, output).toBe(2)
  expect(output).toContain(`process ${holder.child.pid} on `)
  return tookMs
}

function isRunning(pid: number): boolean {
  return existsSync(`/proc/${pid}`)
}
