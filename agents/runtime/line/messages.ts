import type {
  AgentAnswer,
  AgentEvent,
  AgentSettings,
  CoordinatorEvent,
  CoordinatorMessage,
  Hello,
} from '../../../protocol/agents.ts'
import type { ErrorBody } from '../../../protocol/errors.ts'
import type { Lease, LeaseRef, LogLine, Progress } from '../../../protocol/leases.ts'
import type { AgentKey } from '../agent-key.ts'
import type { KnownCoordinator } from '../introduce.ts'

/** What changes while a process lives: a model that was brought, or has gone. */
export type Offer = Pick<Hello, 'capabilities' | 'models'>

/** What the thread of the line is started with. */
export type LineData = {
  urls: readonly string[]
  key: AgentKey
  coordinator: KnownCoordinator
  /** What each hello says about this process; the rest changes from one to the next. */
  hello: Pick<Hello, 'agentVersion' | 'name' | 'capabilities' | 'roots' | 'models' | 'instance'>
  /** Parts of the cage that this machine cannot do, each with its reason. */
  cageMissing: string[]
  logLevel: string
  /** See `StallWatch`, in ms. */
  stallLimitMs: number
}

/** What the main thread asks the coordinator; the rest is the thread's own. */
export type LineRequest = Exclude<AgentEvent, 'hello' | 'lease.renew' | 'job.progress'>

/** Leases are not part of an answer: they come as a message of their own, also when nobody waits any more. */
export type LineAnswer<E extends LineRequest> =
  AgentAnswer<E> extends { leases: unknown } ? Omit<AgentAnswer<E>, 'leases'> : AgentAnswer<E>

/** Hints that the main thread acts on. */
export type LineHint = Exclude<CoordinatorEvent, 'challenge' | 'lease.revoked'>

export type JobProgress = LeaseRef & { progress: Progress }

export type Greeting = { url: string; sessionToken: string; settings: AgentSettings }

/** From the main thread to the line's. */
export type ToLine =
  | { type: 'request'; id: number; event: LineRequest; message: unknown }
  /** Nobody waits for this request any more. */
  | { type: 'abort'; id: number }
  | { type: 'progress'; jobs: JobProgress[] }
  | { type: 'log'; lease: LeaseRef; level: LogLine['level']; message: string }
  /** The end of these cannot be told; their leases run out. */
  | { type: 'forget'; leases: LeaseRef[] }
  /** The connection is ended, and there is none until `redial`: this machine goes to sleep. */
  | { type: 'rest' }
  /** Says hello anew, on a new connection. */
  | { type: 'redial'; reason: string }
  /** What this machine can do has changed: for the next hello, which comes at once when it offers other work. */
  | { type: 'offer'; offer: Offer }
  /** The answer to `areYouThere`. */
  | { type: 'here' }
  | { type: 'close' }

/** From the line's thread to the main one. */
export type FromLine =
  | { type: 'greeted'; greeting: Greeting }
  | { type: 'down' }
  /** Held from now on, until a report or `lost`. Sent before the answer that brought them. */
  | { type: 'leases'; leases: Lease[] }
  | { type: 'lost'; leases: LeaseRef[] }
  | { type: 'answer'; id: number; value: unknown }
  | { type: 'failed'; id: number; error: ErrorBody }
  | { type: 'hint'; event: LineHint; message: CoordinatorMessage<LineHint> }
  | { type: 'areYouThere' }
  /** One line as pino writes it, for the process's own log. */
  | { type: 'log'; line: string }
