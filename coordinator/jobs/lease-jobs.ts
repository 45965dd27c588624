import { sql } from 'kysely'
import type { JobKind } from '../../protocol/jobs.ts'
import type { Lease, Slots } from '../../protocol/leases.ts'
import type { Database, DatabaseTransaction } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { ingestInputs } from '../intake/ingest-inputs.ts'
import { startScans } from '../intake/start-scans.ts'

/** A job that has just been leased, before its input is known. */
export type LeasedJob = { id: number; kind: JobKind; subjectId: number; fencingToken: number }

/** Builds the inputs of leased jobs of one kind; a job without an entry has lost its subject. */
type InputBuilder = (tx: DatabaseTransaction, jobs: readonly LeasedJob[]) => Promise<Map<number, unknown>>

const inputBuilders: Record<JobKind, InputBuilder> = {
  'library.scan': startScans,
  'file.ingest': ingestInputs,
}

/**
 * Leases up to `slots` jobs to an agent, best first, on the database's clock.
 *
 * Work on a library goes to its own vault agent only, and rests while the library is offline (all but
 * the scan, which finds out when it is back). A known file that has changed is not read while its library is
 * being scanned: whether it is another one, moved over it, shows when the scan knows what is missing. Jobs
 * whose subject is gone are cancelled on the way.
 */
export async function leaseJobs(
  db: Database,
  agentId: number,
  slots: readonly Slots[],
  ttlMs: number,
): Promise<Lease[]> {
  if (slots.length === 0) return []
  return transact(db, { durable: false }, async (tx) => {
    const leases: Lease[] = []
    for (const slot of slots) {
      const jobs = await pick(tx, agentId, slot, ttlMs)
      for (const [kind, build] of Object.entries(inputBuilders)) {
        const ofKind = jobs.filter((job) => job.kind === kind)
        if (ofKind.length === 0) continue
        const inputs = await build(tx, ofKind)
        for (const job of ofKind) {
          const input = inputs.get(job.id)
          if (input !== undefined) {
            leases.push({ jobId: job.id, kind: job.kind, fencingToken: job.fencingToken, ttlMs, input })
          }
        }
        await cancelSubjectless(
          tx,
          ofKind.filter((job) => !inputs.has(job.id)),
        )
      }
    }
    return leases
  })
}

/** Of a job that is queued: its file is new, or no scan is running that may yet tell that it is another one. */
const mayRead = sql`job.kind <> 'file.ingest'
  or job.library_id <> all (array(
    select scan.subject_id from job scan where scan.kind = 'library.scan' and scan.state = 'leased'))
  or (select file.content_hash is null from asset_file file where file.id = job.subject_id) is not false`

/** Library by library, so that the queue of one that rests, or is another agent's, is not gone through each time. */
async function pick(
  tx: DatabaseTransaction,
  agentId: number,
  slot: Slots,
  ttlMs: number,
): Promise<LeasedJob[]> {
  const { rows } = await sql<LeasedJob & { priority: number; orderKey: number }>`
    update job set
      state = 'leased',
      fencing_token = job.fencing_token + 1,
      attempt = job.attempt + 1,
      agent_id = ${agentId},
      leased_at = now(),
      started_at = coalesce(job.started_at, now()),
      lease_expires_at = now() + ${ttlMs} * interval '1 millisecond'
    where id = any (array(
      select candidate.id from library cross join lateral (
        select job.id, job.priority, job.order_key from job
        where job.state = 'queued' and job.capability = ${slot.capability} and job.library_id = library.id
          and job.run_after <= now() and (${mayRead})
        order by job.priority desc, job.order_key desc, job.id
        limit ${slot.count}
        for update of job skip locked) candidate
      where library.agent_id = ${agentId} and (library.state <> 'offline' or ${slot.capability} = 'scan')
      order by candidate.priority desc, candidate.order_key desc, candidate.id
      limit ${slot.count}))
    returning id, kind, subject_id as "subjectId", fencing_token as "fencingToken",
      priority, order_key as "orderKey"`.execute(tx)
  return rows.sort((a, b) => b.priority - a.priority || b.orderKey - a.orderKey || a.id - b.id)
}

async function cancelSubjectless(tx: DatabaseTransaction, jobs: readonly LeasedJob[]): Promise<void> {
  if (jobs.length === 0) return
  await sql`
    update job set state = 'cancelled', finished_at = now(), lease_expires_at = null,
      error_code = 'file_missing', error_message = 'What this job was about no longer exists'
    where id = any(${jobs.map((job) => job.id)}::bigint[])`.execute(tx)
}
