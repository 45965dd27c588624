import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import { LossyProxy } from './testing/lossy-proxy.ts'
import {
  expectProbesDoneOnce,
  feedWhile,
  probePlan,
  startProbeRig,
  untilProbesEnded,
} from './testing/probe-rig.ts'

const NAMES = ['probe-1', 'probe-2', 'probe-3']
/** Long beside the lease: what comes too late finds another agent at work. */
const WORK_LEASES = [0.3, 1.5] as const
const BETWEEN_MS = [500, 1_500] as const
const STALL_LEASES = [1.2, 2] as const

const { stalls, leaseTtlMs } = sizes.linesStalled

/** A paused agent drops what it was about to say; a result that is already on its way arrives. */
test('a result that arrives after its lease has run out, while another agent is at work, changes nothing', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R2 lines stalled')
  await using closers = new AsyncDisposableStack()
  const lines = await Promise.all(
    NAMES.map(async (name) => ({ name, proxy: closers.use(await LossyProxy.listen()) })),
  )
  await using rig = await startProbeRig(
    lines.map(({ name, proxy }) => ({ ...probePlan(name), coordinatorUrl: (url) => proxy.standBefore(url) })),
    { leaseTtlMs },
  )
  const leases = ([from, to]: readonly [number, number]) => leaseTtlMs * (from + run.random() * (to - from))
  let left = stalls
  const stallAll = () =>
    Promise.all(
      lines.map(async ({ proxy }) => {
        while (left > 0) {
          left -= 1
          await sleep(run.between(...BETWEEN_MS))
          proxy.stall()
          await sleep(leases(STALL_LEASES))
          proxy.flow()
        }
      }),
    )
  const jobs = await feedWhile(rig, () => ({ does: 'wait', workMs: leases(WORK_LEASES) }), stallAll)
  await untilProbesEnded(rig, TEST_LIMIT_MS)

  const counts = await expectProbesDoneOnce(rig, jobs)
  const { rows } = await sql<{ lost: number }>`
    select count(*) as lost from job_event where event = 'lost'`.execute(rig.db)
  expect(rows[0]!.lost).toBeGreaterThan(0)
  await expectNothingLeft(rig)
  run.report({ stalls, jobs, ...counts, 'leases run out': rows[0]!.lost })
})
