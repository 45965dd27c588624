import { z } from 'zod'
import { OfferedCapability } from './capability.ts'
import { ErrorBody } from './errors.ts'
import { AgentId, JobId } from './ids.ts'
import { Lease, LeaseRef, Slots } from './leases.ts'
import { PathName } from './path-name.ts'

/** Raised when an old agent or coordinator could misunderstand the other. */
export const PROTOCOL_VERSION = 1

/** First words of the coordinator: the agent signs `nonce` with its key to prove who it is. */
export const Challenge = z.object({ nonce: z.base64url().min(32) })
export type Challenge = z.infer<typeof Challenge>

export const HostFacts = z.object({
  hostName: z.string().max(255),
  os: z.string().max(255),
  arch: z.string().max(64),
  cpuModel: z.string().max(255),
  cpuCount: z.int().positive(),
  memoryBytes: z.int().positive(),
  gpu: z.string().max(255).nullable(),
  macAddresses: z.array(z.string()).max(64),
})
export type HostFacts = z.infer<typeof HostFacts>

export const Hello = z.object({
  protocolVersion: z.int(),
  agentVersion: z.string().max(64),
  name: z.string().min(1).max(64),
  /** Ed25519, raw 32 bytes, base64url. */
  publicKey: z.base64url().length(43),
  /** Ed25519 over `hearth-agent:` + nonce, base64url. */
  signature: z.base64url().length(86),
  facts: HostFacts,
  capabilities: z.array(OfferedCapability).max(32),
  /** Folders this agent may read. A library must lie in one of them. */
  roots: z.array(z.string()).max(256),
  models: z.array(z.string()).max(256),
  /** Leases that survived a lost connection; a process that has just started holds none. */
  held: z.array(LeaseRef).max(1_024),
})
export type Hello = z.infer<typeof Hello>

export const HelloAnswer = z.object({
  agentId: AgentId,
  /** Bearer token for derived files; valid until the next hello of this agent. */
  sessionToken: z.string(),
  heartbeatMs: z.int().positive(),
  /** Jobs of `held` that this agent no longer has. */
  gone: z.array(JobId),
})
export type HelloAnswer = z.infer<typeof HelloAnswer>

const Progress = z.object({ done: z.number().nonnegative(), total: z.number().nonnegative().nullable() })

/**
 * Every message an agent sends, with what comes back. Both ends parse both.
 *
 * An answer travels as `Reply`: `{ ok: true, value }` or `{ ok: false, error }`.
 */
export const agentEvents = {
  hello: { message: Hello, answer: HelloAnswer },
  'lease.request': {
    message: z.object({ slots: z.array(Slots).max(32) }),
    answer: z.object({ leases: z.array(Lease) }),
  },
  'lease.renew': {
    message: z.object({ leases: z.array(LeaseRef.extend({ progress: Progress.optional() })).max(1_024) }),
    answer: z.object({ gone: z.array(JobId) }),
  },
  'job.chunk': {
    message: LeaseRef.extend({ seq: z.int().nonnegative(), chunk: z.unknown() }),
    answer: z.unknown(),
  },
  /** Idempotent. `slots` asks for the next jobs in the same round trip. */
  'job.complete': {
    message: LeaseRef.extend({ result: z.unknown(), slots: z.array(Slots).max(32) }),
    answer: z.object({ leases: z.array(Lease) }),
  },
  'job.fail': {
    message: LeaseRef.extend({ error: ErrorBody }),
    answer: z.object({}),
  },
  'job.release': {
    message: z.object({ leases: z.array(LeaseRef).max(1_024), reason: z.string().max(255) }),
    answer: z.object({}),
  },
} as const
export type AgentEvent = keyof typeof agentEvents
export type AgentMessage<E extends AgentEvent> = z.infer<(typeof agentEvents)[E]['message']>
export type AgentAnswer<E extends AgentEvent> = z.infer<(typeof agentEvents)[E]['answer']>

/** Every message the coordinator sends to an agent. All are hints; the agent's next request is the truth. */
export const coordinatorEvents = {
  challenge: Challenge,
  'work.available': z.object({}),
  'lease.revoked': z.object({ jobIds: z.array(JobId), reason: z.string() }),
  'agent.drain': z.object({ drain: z.boolean() }),
  /**
   * Send `start..end` (inclusive) of a file to `PUT /api/transfers/:transferId`: a browser waits for it.
   * The agent checks the path against its own roots and the size against the file before the first byte.
   * When it cannot send them it puts an `ErrorBody` there instead, as `application/json`.
   */
  'bytes.send': z.object({
    transferId: z.string().min(22).max(64),
    root: PathName,
    path: PathName,
    sizeBytes: z.int().nonnegative(),
    start: z.int().nonnegative(),
    end: z.int().nonnegative(),
  }),
} as const
export type CoordinatorEvent = keyof typeof coordinatorEvents
export type CoordinatorMessage<E extends CoordinatorEvent> = z.infer<(typeof coordinatorEvents)[E]>

export const Reply = z.discriminatedUnion('ok', [
  z.object({ ok: z.literal(true), value: z.unknown() }),
  z.object({ ok: z.literal(false), error: ErrorBody }),
])
export type Reply = z.infer<typeof Reply>
