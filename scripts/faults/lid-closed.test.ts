import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { fakeSystem } from '../../agents/power/testing/fake-system.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  feedWhile,
  probePlan,
  startProbeRig,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { until } from './testing/until.ts'

const { times, closedMs } = sizes.lidClosed
const WORK_MS = [300, 2_000] as const
const BETWEEN_MS = [1_000, 2_000] as const
/** Far below the length of a lease, so that what is free again was given back and did not run out. */
const GIVEN_BACK_MS = 15_000
const LEASE_TTL_MS = 60_000
const AT_WORK_MS = 30_000

test.runIf(process.platform === 'linux')(
  'a lid that is closed in the middle of work: all of it is given back first, and nothing is said before a new hello',
  { timeout: TEST_LIMIT_MS },
  async () => {
    const run = new FaultRun('R33 lid closed')
    using system = fakeSystem()
    const laptop = { ...probePlan('laptop'), env: { PATH: system.searchPath } }
    await using rig = await startProbeRig([laptop, probePlan('desk')], { leaseTtlMs: LEASE_TTL_MS })
    const machine = rig.agents[0]!
    const closeLid = async () => {
      system.signal(true)
      const isGone = async () => (await isAsleep(rig)) && (await countHeld(rig)) === 0
      await until('the laptop has said good night and holds nothing', GIVEN_BACK_MS, isGone)
      machine.pause()
      await sleep(closedMs)
      expect(await countHeld(rig)).toBe(0)
      machine.resume()
      system.signal(false)
      await until('the laptop works again', AT_WORK_MS, async () => (await countHeld(rig)) > 0)
    }
    const jobs = await feedWhile(
      rig,
      () => ({ does: 'wait', workMs: run.between(...WORK_MS) }),
      async () => {
        for (let round = 0; round < times; round += 1) {
          await sleep(run.between(...BETWEEN_MS))
          await closeLid()
        }
      },
    )
    await untilProbesEnded(rig, TEST_LIMIT_MS)
    const counts = await expectProbesDoneOnce(rig, jobs)
    const hellos = rig.coordinator.lines.filter((line) => /"agent":"laptop".*"agent connected"/.test(line))
    // More when the clock has told it, too.
    expect(hellos.length).toBeGreaterThanOrEqual(1 + times)
    const released = await countReleased(rig)
    // Else the lids have proved nothing.
    expect(released).toBeGreaterThanOrEqual(times)
    await expectNothingLeft(rig)
    run.report({ 'lids closed': times, jobs, ...counts, 'jobs given back': released })
  },
)

async function countHeld(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from job join agent on agent.id = job.agent_id
    where agent.name = 'laptop' and job.state = 'leased'`.execute(rig.db)
  return rows[0]!.count
}

async function countReleased(rig: FaultRig): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select count(*) from job_event join agent on agent.id = job_event.agent_id
    where agent.name = 'laptop' and event = 'released'`.execute(rig.db)
  return rows[0]!.count
}

/** As it has said itself. */
async function isAsleep(rig: FaultRig): Promise<boolean> {
  const { rows } = await sql`
    select from agent_power power join agent on agent.id = power.agent_id
    where agent.name = 'laptop' and power.asleep_since is not null`.execute(rig.db)
  return rows.length > 0
}
