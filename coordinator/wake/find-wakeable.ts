import { sql } from 'kysely'
import type { Queryable } from '../db/database.ts'
import type { LaneFacts } from '../fleet/waits-for.ts'
import { canServe } from './choose-wakes.ts'
import { mayWake } from './may-wake.ts'
import { readSleepers } from './read-sleepers.ts'

/**
 * The machine that one job in this lane gets out of bed, by its policy.
 *
 * @returns its name; undefined when nobody who sleeps could do it and may be woken now
 */
export async function findWakeable(db: Queryable, lane: LaneFacts): Promise<string | undefined> {
  const { rows } = await sql<{ now: Date }>`select now() as now`.execute(db)
  const { now } = rows[0]!
  const asleep = (await readSleepers(db)).filter((machine) => !machine.isConnected && canServe(machine, lane))
  return asleep.find((machine) => machine.wake || mayWake(machine, { jobs: 1, oldestAt: now }, now).may)?.name
}
