import { sql } from 'kysely'
import { expect } from 'vitest'
import { readJobSteps } from './audit.ts'
import type { FaultRig } from './fault-rig.ts'

const DEATHS = 3

/**
 * Whoever kills agents again and again will, now and then, hit one job three times in a row. It is set aside
 * then, as promised, and waits for a person: this is the person, who has seen that the deaths were real.
 *
 * @returns how many jobs were replayed; 0 when none is dead
 */
export async function replayQuarantined(rig: FaultRig): Promise<number> {
  const { rows: dead } = await sql<{ id: number; code: string }>`
    select id, error_code as code from job where state = 'dead'`.execute(rig.db)
  if (dead.length === 0) return 0
  const steps = await readJobSteps(rig.db)
  const api = await rig.signIn()
  for (const { id, code } of dead) {
    expect(code, `job ${id}`).toBe('quarantined')
    expect(steps.findLast((step) => step.jobId === id)).toMatchObject({ to: 'dead', deaths: DEATHS })
    await api.fetch(`/api/jobs/${id}/retry`, { method: 'POST' })
  }
  return dead.length
}
