import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  probePlan,
  startProbeRig,
  submit,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import type { ProbePayload } from './testing/probe-work.ts'
import { countHandles, residentBytes } from './testing/process-use.ts'
import { readLogBytes } from './testing/read-log-bytes.ts'

const MB = 1024 * 1024
const { seconds, jobsPerSecond } = sizes.soak
const BATCH_MS = 500
const quick: ProbePayload = { does: 'wait', workMs: 0 }
/** Between the middle and the end; a heap breathes, and short runs breathe more than they leak. */
const GROWTH = 1.25
const BREATH_BYTES = 96 * MB

test('R35 on the embedded database: under steady work the log, memory and handles stay level', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R35 soak, embedded database')
  await using rig = await startProbeRig([probePlan('one', 8), probePlan('two', 8)], { engine: 'embedded' })
  const looks: { logBytes: number; resident: number[]; handles: number[] }[] = []
  const batch = Array.from({ length: (jobsPerSecond * BATCH_MS) / 1_000 }, () => quick)
  let jobs = 0
  const startedAt = performance.now()
  for (let turn = 0; turn * BATCH_MS < seconds * 1_000; turn += 1) {
    await submit(rig, batch)
    jobs += batch.length
    if (turn % 10 === 0) {
      const pids = rig.processes.map(({ pid }) => pid!)
      looks.push({
        logBytes: readLogBytes(rig.folder),
        resident: pids.map(residentBytes),
        handles: pids.map(countHandles),
      })
    }
    await sleep(Math.max(0, startedAt + (turn + 1) * BATCH_MS - performance.now()))
  }
  await untilProbesEnded(rig, TEST_LIMIT_MS)

  const mostLog = Math.max(...looks.map(({ logBytes }) => logBytes))
  expect(mostLog).toBeLessThan(512 * MB)
  const middle = looks[Math.floor(looks.length / 2)]!
  const end = looks.at(-1)!
  for (const [index, { name }] of rig.processes.entries()) {
    expect(end.resident[index], `memory of the ${name}`).toBeLessThan(
      Math.max(middle.resident[index]! * GROWTH, middle.resident[index]! + BREATH_BYTES),
    )
    expect(end.handles[index], `open files of the ${name}`).toBeLessThan(middle.handles[index]! + 20)
  }
  const counts = await expectProbesDoneOnce(rig, jobs)
  await expectNothingLeft(rig)
  run.report({
    jobs,
    ...counts,
    'MB of log at most': Math.round(mostLog / MB),
    'MB of memory in the middle': Math.round(sum(middle.resident) / MB),
    'MB at the end': Math.round(sum(end.resident) / MB),
    'open files in the middle': sum(middle.handles),
    'at the end': sum(end.handles),
  })
})

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
