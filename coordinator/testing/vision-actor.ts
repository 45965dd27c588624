import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Capability } from '../../protocol/capability.ts'
import { AppError, type ErrorBody } from '../../protocol/errors.ts'
import type { JobResult } from '../../protocol/jobs.ts'
import type { Lease } from '../../protocol/leases.ts'
import type { ModelState, VisionReport, VisionTask } from '../../protocol/models.ts'
import type { InputFile } from '../../protocol/sources.ts'
import type { Database } from '../db/database.ts'
import { enrollAgents } from '../fleet/enroll-agents.ts'
import { createJobTypes } from '../job-types.ts'
import { completeJobs } from '../jobs/complete-jobs.ts'
import { failJob } from '../jobs/fail-job.ts'
import { KindLimits } from '../jobs/kind-limits.ts'
import { leaseJobs } from '../jobs/lease-jobs.ts'
import { takeVisionReport } from '../models/take-vision-report.ts'
import { markConnected } from './mark-connected.ts'

const TTL_MS = 30_000
const offered: Capability[] = ['detect', 'segment', 'embed', 'faces', 'query']

/** A model that exists only in what is said about it. */
export type PretendedModel = {
  id: string
  task: VisionTask
  dimensions?: number
  queries?: 'text' | 'words' | 'none'
  state?: ModelState
  reason?: string
  classes?: string[]
}

/** Plays a worker with models against a real database: the far side of the network, without the network. */
export class VisionActor {
  readonly #db: Database
  readonly #types = createJobTypes()
  readonly #limits: KindLimits
  readonly agentId: number
  models: string[] = []

  private constructor(db: Database, agentId: number) {
    this.#db = db
    this.agentId = agentId
    this.#limits = new KindLimits(db)
  }

  static async create(db: Database, name = 'gpu'): Promise<VisionActor> {
    const publicKey = createHash('sha256').update(name).digest('base64url')
    const ids = await enrollAgents(db, [{ name, publicKey }])
    const agentId = ids.get(name)!
    const capabilities = JSON.stringify(offered.map((capability) => ({ capability, concurrency: 8 })))
    await sql`update agent set capabilities = ${capabilities}::jsonb where id = ${agentId}`.execute(db)
    await markConnected(db, agentId)
    return new VisionActor(db, agentId)
  }

  /** Says which models it has now. */
  async report(...models: PretendedModel[]): Promise<void> {
    this.models = (await takeVisionReport(this.#db, this.agentId, visionReport(...models))).ready
  }

  lease(capability: Capability, count = 10): Promise<Lease[]> {
    const options = { db: this.#db, types: this.#types, limits: this.#limits, ttlMs: TTL_MS }
    const holder = { agentId: this.agentId, instance: 'V'.repeat(22), models: this.models }
    return leaseJobs(options, holder, [{ capability, count }])
  }

  /** @throws AppError with the reason for which the result was refused */
  async complete(lease: Lease, result: unknown): Promise<void> {
    const { refused, errors } = await completeJobs(this.#db, this.#types, this.agentId, [
      { ...lease, result },
    ])
    if (errors.length > 0) throw errors[0]
    if (refused[0]) throw new AppError(refused[0].error.code, refused[0].error.message)
  }

  fail(lease: Lease, error: ErrorBody): Promise<void> {
    return failJob(this.#db, this.#types, this.agentId, lease, error)
  }

  /** Looks at all that waits, and finds the same everywhere. */
  async lookAtAll(
    capability: 'detect' | 'segment' | 'embed' | 'faces',
    see: (lease: Lease) => unknown,
  ): Promise<number> {
    for (let looked = 0; ; ) {
      const leases = await this.lease(capability)
      if (leases.length === 0) return looked
      for (const lease of leases) await this.complete(lease, see(lease))
      looked += leases.length
    }
  }
}

/** `yolo` → `yolo@…`, as an agent names it. */
export function keyOf(id: string): string {
  return `${id}@${createHash('sha256').update(id).digest('hex').slice(0, 12)}`
}

export function visionReport(...models: PretendedModel[]): VisionReport {
  return {
    models: models.map(({ id, task, dimensions, queries, state, reason, classes }) => ({
      key: keyOf(id),
      id,
      name: id,
      task,
      family: 'pretended',
      licence: 'made by Hearth',
      source: 'nowhere',
      dimensions: dimensions ?? null,
      queries: queries ?? 'none',
      promptable: task === 'segment',
      ...(classes && { classes }),
      state: state ?? 'ready',
      reason: reason ?? null,
      running: null,
    })),
    providers: [{ provider: 'cpu', works: true, reason: null }],
  }
}

/** What every result says, of the preview that the lease names. */
export function looked(lease: Lease) {
  const { preview } = (lease.input as { file: InputFile }).file
  return {
    previewHash: preview!.hash,
    provider: 'cpu',
    batch: 1,
    stagesMs: { fetch: 1, decode: 2, prepare: 3, infer: 4, read: 5 },
    problem: null as string | null,
  }
}

type Box = [number, number, number, number]

export function thing(
  className: string,
  box: Box,
  score = 0.9,
): JobResult<'asset.detect'>['objects'][number] {
  return { className, box, score, mask: null }
}

/** A vector of length 1 as it travels. */
export function halfVector(numbers: readonly number[]): string {
  const length = Math.hypot(...numbers)
  const half = new Float16Array(numbers.map((number) => number / length))
  return Buffer.from(half.buffer).toString('base64')
}
