import { z } from 'zod'
import { Capability } from './capability.ts'
import { JobId } from './ids.ts'
import { JobKind } from './jobs.ts'

/** Names one holding of one job. An older token than the job's own is refused everywhere. */
export const LeaseRef = z.object({
  jobId: JobId,
  /** Counts up each time the job is leased. */
  fencingToken: z.int().positive(),
})
export type LeaseRef = z.infer<typeof LeaseRef>

/**
 * The right of one agent to run one job for `ttlMs`.
 *
 * Every report about the job carries the fencing token and an older one is refused, so an agent
 * that slept through its lease cannot overwrite its successor.
 */
export const Lease = LeaseRef.extend({
  kind: JobKind,
  /** The agent counts from the moment it asked, so it never outlasts the coordinator's count. */
  ttlMs: z.int().positive(),
  /** Shaped by the kind: `jobContracts[kind].input`. */
  input: z.unknown(),
})
export type Lease = z.infer<typeof Lease>

/** How many more jobs of one capability an agent could start now. */
export const Slots = z.object({ capability: Capability, count: z.int().min(1).max(256) })
export type Slots = z.infer<typeof Slots>
