import { sql } from 'kysely'
import { type DatabaseAddress, openDatabase } from '../../../coordinator/db/database.ts'
import { migrate } from '../../../coordinator/db/migrate.ts'
import { enrollAgents } from '../../../coordinator/fleet/enroll-agents.ts'
import { completeJobs } from '../../../coordinator/jobs/complete-jobs.ts'
import { KindLimits } from '../../../coordinator/jobs/kind-limits.ts'
import { leaseJobs } from '../../../coordinator/jobs/lease-jobs.ts'
import { noopCapability, noopKind, noopTypes } from './noop-type.ts'
import { drainBy, type QueueUnderTest } from './queue-under-test.ts'

const TTL_MS = 30_000

/**
 * Hearth's own queue, at the layer of the database: what the hub does for an agent, without the socket.
 *
 * @param done jobs that lie in the table beside the queued ones, ended
 */
export async function openHearthQueue(address: DatabaseAddress, { done = 0 } = {}): Promise<QueueUnderTest> {
  const db = openDatabase(address)
  await migrate(db)
  const agents = await enrollAgents(db, [{ name: 'bench', publicKey: 'b'.repeat(43) }])
  const holder = { agentId: agents.get('bench')!, instance: 'i'.repeat(22), models: [] }
  const limits = new KindLimits(db)
  return {
    name: 'Hearth',
    fill: async (count) => {
      await sql`truncate job cascade`.execute(db)
      await sql`truncate job_tally`.execute(db)
      await sql`insert into lane (kind, capability) values (${noopKind}, ${noopCapability})
        on conflict do nothing`.execute(db)
      await sql`insert into job (lane_id, kind, priority, order_key, subject_id)
        select lane.id, lane.kind, 20, n, n from lane, generate_series(1, ${count}::integer) n
        where lane.kind = ${noopKind}`.execute(db)
      await sql`insert into job (lane_id, kind, priority, subject_id, state, finished_at, fencing_token)
        select lane.id, lane.kind, 20, n, 'done', now() - interval '1 hour', 1
        from lane, generate_series(1, ${done}::integer) n where lane.kind = ${noopKind}`.execute(db)
      await sql`analyze job`.execute(db)
    },
    drain: (clients, batch, limit = Number.POSITIVE_INFINITY) =>
      drainBy(clients, limit, async () => {
        const leases = await leaseJobs({ db, types: noopTypes, limits, ttlMs: TTL_MS }, holder, [
          { capability: noopCapability, count: batch },
        ])
        if (leases.length === 0) return 0
        const { refused } = await completeJobs(
          db,
          noopTypes,
          holder.agentId,
          leases.map(({ jobId, fencingToken }) => ({ jobId, fencingToken, result: {} })),
        )
        if (refused.length > 0) throw new Error(`Refused: ${refused[0]?.error.message}`)
        return leases.length
      }),
    close: () => db.destroy(),
  }
}
