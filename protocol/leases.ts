import { z } from 'zod'
import { Capability } from './capability.ts'
import { JobId } from './ids.ts'

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
  /** One of `JobKind` in the product; an agent refuses a kind for which it has no handler. */
  kind: z.string().min(1).max(64),
  capability: Capability,
  /** Higher is started first. */
  priority: z.int(),
  /** The agent counts from the moment it asked, so it never outlasts the coordinator's count. */
  ttlMs: z.int().positive(),
  /** Shaped by the kind: its contract's `input`. */
  input: z.unknown(),
})
export type Lease = z.infer<typeof Lease>

/** How many more jobs of one capability an agent could start now. */
export const Slots = z.object({
  capability: Capability,
  count: z.int().min(1).max(256),
  /** Set when there is room for urgent work only. */
  minPriority: z.int().min(0).max(1_000).optional(),
})
export type Slots = z.infer<typeof Slots>

export const Progress = z.object({
  done: z.number().nonnegative(),
  total: z.number().nonnegative().nullable(),
})
export type Progress = z.infer<typeof Progress>

/** What a handler had to say about its job. */
export const LogLine = z.object({
  /** Counts up within one holding, so that a line that is sent twice is kept once. */
  seq: z.int().min(0).max(1_000_000_000),
  /** Since the lease was asked for, in ms: clocks of machines differ. */
  afterMs: z.int().min(0).max(1_000_000_000_000),
  level: z.enum(['info', 'warn', 'error']),
  message: z.string().max(1_000),
})
export type LogLine = z.infer<typeof LogLine>

/** Lines of one job in one message, at most; what a handler says beyond is left out, and said so. */
export const MAX_LOG_LINES = 100
export const LogLines = z.array(LogLine).max(MAX_LOG_LINES)
