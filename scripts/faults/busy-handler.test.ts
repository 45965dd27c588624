import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { readJobSteps } from './testing/audit.ts'
import type { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import {
  expectProbesDoneOnce,
  probePlan,
  startProbeRig,
  submit,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { until } from './testing/until.ts'

/** Behind the busy one, held by the same agent, which cannot touch them meanwhile. */
const WAITING = 3

const { busyMs, leaseTtlMs } = sizes.busyHandler

test('a handler that keeps its thread busy for longer than the lease loses neither lease nor connection', {
  timeout: TEST_LIMIT_MS,
}, async () => {
  const run = new FaultRun('R10 busy handler')
  await using rig = await startProbeRig([probePlan('probe', 1)], { leaseTtlMs })
  const [busy = 0] = await submit(rig, [{ does: 'block', workMs: busyMs }])
  await submit(
    rig,
    Array.from({ length: WAITING }, () => ({ does: 'wait', workMs: 10 }) as const),
  )
  const seen = new Set<number>()
  await until('the busy job is done', busyMs + TEST_LIMIT_MS / 4, async () => {
    const { state, expiresAt } = await leaseOf(rig, busy)
    if (expiresAt) seen.add(expiresAt.getTime())
    return state === 'done'
  })
  await untilProbesEnded(rig, TEST_LIMIT_MS / 4)

  const counts = await expectProbesDoneOnce(rig, 1 + WAITING)
  const steps = await readJobSteps(rig.db)
  const lost = steps.filter(({ from, to }) => from === 'leased' && to !== 'done')
  expect(lost).toEqual([])
  expect(seen.size).toBeGreaterThan(busyMs / leaseTtlMs)
  const cutOff = rig.coordinator.lines.filter((line) => line.includes('agent disconnected'))
  expect(cutOff).toEqual([])
  await expectNothingLeft(rig)
  run.report({
    's busy': busyMs / 1_000,
    's lease': leaseTtlMs / 1_000,
    jobs: 1 + WAITING,
    ...counts,
    'renewals seen': seen.size - 1,
    'leases lost': lost.length,
    'connections lost': cutOff.length,
  })
})

async function leaseOf(rig: FaultRig, id: number): Promise<{ state: string; expiresAt: Date | null }> {
  const { rows } = await sql<{ state: string; expiresAt: Date | null }>`
    select state, lease_expires_at as "expiresAt" from job where id = ${id}`.execute(rig.db)
  return rows[0]!
}
