import { z } from 'zod'
import { Capability, OfferedCapability } from './capability.ts'
import { ErrorBody } from './errors.ts'
import { AgentId, JobId } from './ids.ts'
import { Challenge, Introduction, Signature } from './introduction.ts'
import { Lease, LeaseRef, LogLines, Progress, Slots } from './leases.ts'
import { VisionReport } from './models.ts'
import { Network } from './network.ts'
import { PathName } from './path-name.ts'
import { PowerAnswer, PowerReport, WakeCall } from './power.ts'
import { sourceEvents } from './sources.ts'

export const HostFacts = z.object({
  hostName: z.string().max(255),
  os: z.string().max(255),
  arch: z.string().max(64),
  cpuModel: z.string().max(255),
  cpuCount: z.int().positive(),
  memoryBytes: z.int().positive(),
  gpu: z.string().max(255).nullable(),
  macAddresses: z.array(z.string()).max(64),
  /** Where it can be called when it sleeps; not known of agents before version 0.2. */
  networks: z.array(Network).max(64).optional(),
  /** What the cage lacks in which this machine opens pictures, with the reason; not known before version 0.2. */
  cageMissing: z.array(z.string().max(512)).max(8).optional(),
})
export type HostFacts = z.infer<typeof HostFacts>

export const Hello = Introduction.extend({
  facts: HostFacts,
  capabilities: z.array(OfferedCapability).max(32),
  /** Folders this agent may read. A library must lie in one of them. */
  roots: z.array(z.string()).max(256),
  models: z.array(z.string()).max(256),
  /**
   * Made anew at each start of the process. Jobs held by an earlier life ended with it; a process that only
   * slept or was cut off is still the same.
   */
  instance: z.base64url().length(22),
  /** Leases that survived a lost connection; a process that has just started holds none. */
  held: z.array(LeaseRef).max(1_024),
})
export type Hello = z.infer<typeof Hello>

/** How many jobs of a capability the owner of the fleet wants here; never more than the agent offers. */
export const AgentSettings = z.object({
  concurrency: z.partialRecord(Capability, z.int().min(1).max(256)),
  /** Goes to sleep after so long without work, where its own configuration lets it sleep and would wait longer. */
  sleepAfterMinutes: z.number().min(1).max(1_440).nullable().optional(),
})
export type AgentSettings = z.infer<typeof AgentSettings>

export const HelloAnswer = z.object({
  agentId: AgentId,
  /** Over `houseStatement`: an agent that knows its house takes no work from another. */
  proof: Signature,
  /** Bearer token for derived files; valid until the next hello of this agent. */
  sessionToken: z.string(),
  heartbeatMs: z.int().positive(),
  settings: AgentSettings,
  /** Jobs of `held` that this agent no longer has. */
  gone: z.array(JobId),
})
export type HelloAnswer = z.infer<typeof HelloAnswer>

/** Results of one message. */
export const MAX_RESULTS = 64

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
    message: z.object({
      leases: z
        .array(LeaseRef.extend({ progress: Progress.optional(), log: LogLines.optional() }))
        .max(1_024),
    }),
    answer: z.object({ gone: z.array(JobId) }),
  },
  /** Between renewals, for screens only: sent without waiting and not again when it is lost. */
  'job.progress': {
    message: z.object({ jobs: z.array(LeaseRef.extend({ progress: Progress })).max(256) }),
    answer: z.object({}),
  },
  'job.chunk': {
    message: LeaseRef.extend({ seq: z.int().nonnegative(), chunk: z.unknown() }),
    answer: z.unknown(),
  },
  /**
   * Idempotent. Results that were ready together travel together; each stands or falls alone, and `refused` says
   * which did not. `slots` asks for the next jobs in the same round trip.
   */
  'job.complete': {
    message: z.object({
      jobs: z
        .array(LeaseRef.extend({ result: z.unknown(), log: LogLines.optional() }))
        .min(1)
        .max(MAX_RESULTS),
      slots: z.array(Slots).max(32),
    }),
    answer: z.object({
      refused: z.array(z.object({ jobId: JobId, error: ErrorBody })),
      leases: z.array(Lease),
    }),
  },
  'job.fail': {
    message: LeaseRef.extend({ error: ErrorBody, log: LogLines.optional() }),
    answer: z.object({}),
  },
  'job.release': {
    message: z.object({ leases: z.array(LeaseRef).max(1_024), reason: z.string().max(255) }),
    answer: z.object({}),
  },
  'agent.power': { message: PowerReport, answer: PowerAnswer },
  /** After hello, on every change, and now and then while it works. */
  'agent.vision': { message: VisionReport, answer: z.object({}) },
  ...sourceEvents,
} as const
export type AgentEvent = keyof typeof agentEvents
export type AgentMessage<E extends AgentEvent> = z.infer<(typeof agentEvents)[E]['message']>
export type AgentAnswer<E extends AgentEvent> = z.infer<(typeof agentEvents)[E]['answer']>

/** Every message the coordinator sends to an agent. All are hints; the agent's next request is the truth. */
export const coordinatorEvents = {
  challenge: Challenge,
  /** `priority` of the best job that has just come, when it is known. */
  'work.available': z.object({ capability: Capability.optional(), priority: z.int().optional() }),
  'lease.revoked': z.object({ jobIds: z.array(JobId), reason: z.string() }),
  'agent.drain': z.object({ drain: z.boolean() }),
  'agent.settings': AgentSettings,
  /** Go to sleep as soon as nothing runs, if the owner of the machine lets it sleep. */
  'agent.sleep': z.object({ reason: z.string().max(255) }),
  'wake.relay': WakeCall,
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
