import { sql } from 'kysely'
import { test } from 'vitest'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import { expectProbesDoneOnce, probePlan, startProbeRig, submit } from './testing/probe-rig.ts'
import { until } from './testing/until.ts'

const LEASE_TTL_MS = 3_000
/** The promise, and what a loaded machine needs beside it to notice and to run the job. */
const MOST_LEASES = 2
const MARGIN_MS = 15_000

/**
 * A clock that is set back by an hour makes all times that are stored lie an hour further in the future; the test
 * moves those, because the server's own clock is not ours to set.
 */
test('a lease that was given before the database’s clock was set back by an hour still ends', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R7 database clock set back')
  await using rig = await startProbeRig([probePlan('gone'), probePlan('there')], { leaseTtlMs: LEASE_TTL_MS })
  const [gone, there] = rig.agents
  there!.pause()
  const [id = 0] = await submit(rig, [{ does: 'wait', workMs: 2_000 }])
  await until(
    'the agent that will be gone has the job',
    MARGIN_MS,
    async () => (await stateOf(rig, id)) === 'leased',
  )
  await gone!.kill()
  await sql`update job set leased_at = leased_at + interval '1 hour',
    lease_expires_at = lease_expires_at + interval '1 hour' where id = ${id} and state = 'leased'`.execute(
    rig.db,
  )
  there!.resume()
  const sinceMs = performance.now()
  await until(
    'the other agent has done it',
    MOST_LEASES * LEASE_TTL_MS + MARGIN_MS,
    async () => (await stateOf(rig, id)) === 'done',
  )

  const counts = await expectProbesDoneOnce(rig, 1)
  await expectNothingLeft(rig)
  run.report({ 'hour back': 1, jobs: 1, ...counts, 'ms until done': Math.round(performance.now() - sinceMs) })
})

async function stateOf(rig: FaultRig, id: number): Promise<string> {
  const { rows } = await sql<{ state: string }>`select state from job where id = ${id}`.execute(rig.db)
  return rows[0]!.state
}
