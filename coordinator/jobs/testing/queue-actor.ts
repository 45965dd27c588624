import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { ErrorCode } from '../../../protocol/errors.ts'
import type { Lease, LeaseRef, LogLine, Slots } from '../../../protocol/leases.ts'
import type { Database } from '../../db/database.ts'
import { enrollAgents, ensureLibraries } from '../../fleet/enroll-agents.ts'
import { type Completion, completeJobs } from '../complete-jobs.ts'
import { failJob } from '../fail-job.ts'
import type { JobTypes } from '../job-type.ts'
import { KindLimits } from '../kind-limits.ts'
import { leaseJobs } from '../lease-jobs.ts'
import { returnUnheld } from '../return-jobs.ts'
import { noopResult } from './noop-type.ts'

const TTL_MS = 30_000

/** Plays an agent that runs no-op jobs, without the network between. */
export class QueueActor {
  readonly agentId: number
  readonly db: Database
  readonly types: JobTypes
  readonly limits: KindLimits
  models: string[] = []
  #life = 1

  constructor(db: Database, agentId: number, types: JobTypes) {
    this.db = db
    this.agentId = agentId
    this.types = types
    this.limits = new KindLimits(db)
  }

  /** Enrols an agent that offers `concurrency` slots of each capability of the types. */
  static async create(db: Database, types: JobTypes, name = 'worker', concurrency = 1): Promise<QueueActor> {
    const publicKey = createHash('sha256').update(name).digest('base64url')
    const agentId = (await enrollAgents(db, [{ name, publicKey }])).get(name)!
    const capabilities = [...new Set([...types.values()].map((type) => type.contract.capability))]
    await db
      .updateTable('agent')
      .set({ capabilities: JSON.stringify(capabilities.map((capability) => ({ capability, concurrency }))) })
      .where('id', '=', agentId)
      .execute()
    return new QueueActor(db, agentId, types)
  }

  /** The same agent as another coordinator sees it, over a pool of its own. */
  over(db: Database): QueueActor {
    const other = new QueueActor(db, this.agentId, this.types)
    other.models = this.models
    other.#life = this.#life
    return other
  }

  /** Of its process. */
  get instance(): string {
    return `${this.#life}`.padStart(22, 'life')
  }

  async addLibrary(name: string): Promise<number> {
    await ensureLibraries(this.db, new Map([['this', this.agentId]]), [
      { root: `/pictures/${name}`, agent: 'this' },
    ])
    const { rows } = await sql<{ id: number }>`
      select id from library where agent_id = ${this.agentId} and name = ${name}`.execute(this.db)
    return rows[0]!.id
  }

  lease(count: number, slot: Partial<Slots> = {}): Promise<Lease[]> {
    const { db, types, limits, agentId, instance, models } = this
    return leaseJobs({ db, types, limits, ttlMs: TTL_MS }, { agentId, instance, models }, [
      { capability: 'detect', count, ...slot },
    ])
  }

  complete(
    refs: readonly (LeaseRef & { log?: LogLine[] })[],
    result: unknown = noopResult,
    atOnce?: number,
  ): Promise<Completion> {
    const reports = refs.map(({ jobId, fencingToken, log }) => ({ jobId, fencingToken, log, result }))
    return completeJobs(this.db, this.types, this.agentId, reports, atOnce)
  }

  /** @throws LeaseLostError */
  fail(ref: LeaseRef, code: ErrorCode, log?: LogLine[]): Promise<void> {
    return failJob(this.db, this.types, this.agentId, ref, { code, message: `it was ${code}` }, log)
  }

  /** Another life of its process says hello, which holds nothing. */
  async restart(): Promise<number> {
    this.#life += 1
    return await returnUnheld(this.db, this.agentId, this.instance, [])
  }
}

/** As if all leases that are held now had run out, without sleeping. */
export async function backdateLeases(db: Database): Promise<void> {
  await sql`update job set lease_expires_at = now() - interval '1 second' where state = 'leased'`.execute(db)
}
