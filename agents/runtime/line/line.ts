import { EventEmitter } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { AgentMessage, CoordinatorMessage } from '../../../protocol/agents.ts'
import { AppError, type ErrorBody, LeaseLostError } from '../../../protocol/errors.ts'
import type { Lease, LeaseRef, LogLine } from '../../../protocol/leases.ts'
import type {
  FromLine,
  Greeting,
  JobProgress,
  LineAnswer,
  LineData,
  LineHint,
  LineRequest,
  Offer,
  ToLine,
} from './messages.ts'
import { writeThreadLine } from './thread-log.ts'

/** The last words to the coordinator have this long to leave. */
const CLOSE_LIMIT_MS = 1_000

type LineEvents = { [E in LineHint]: [message: CoordinatorMessage<E>] } & {
  greeted: [greeting: Greeting]
  down: []
  leases: [leases: Lease[]]
  lost: [leases: LeaseRef[]]
}

type Pending = {
  resolve: (value: never) => void
  reject: (error: unknown) => void
  jobId: number
  /** Stops listening to the asker's signal. */
  settle: () => void
}

/** A function or another thing that is no data was given to be sent. */
export class UnsendableError extends Error {}

/**
 * The main thread's end of the line to the coordinator, which lives in a thread of its own (`line-worker.ts`).
 *
 * new → open: `open()` starts the thread. open → closed: `close()`; requests without an answer fail.
 * A thread that ends by itself is a fault of ours: the error is thrown where nobody catches it, and the process
 * stops as for any other.
 */
export class Line extends EventEmitter<LineEvents> {
  readonly #data: LineData
  readonly #log: Logger
  readonly #pending = new Map<number, Pending>()
  #worker: Worker | undefined
  #lastId = 0
  #isGreeted = false
  #isClosing = false

  constructor(data: LineData, log: Logger) {
    super()
    this.#data = data
    this.#log = log
  }

  open(): void {
    const workerData = this.#data
    this.#worker = new Worker(new URL('./line-worker.ts', import.meta.url), {
      workerData,
      execArgv: [],
      env: {},
    })
    this.#worker.on('message', (message: FromLine) => this.#take(message))
    this.#worker.on('error', (error) => {
      throw error
    })
    this.#worker.on('exit', () => {
      if (!this.#isClosing) throw new Error('The thread of the line to the coordinator ended')
    })
  }

  async close(): Promise<void> {
    const worker = this.#worker
    if (!worker || this.#isClosing) return
    this.#isClosing = true
    const ended = new Promise((resolve) => worker.once('exit', resolve))
    this.#post({ type: 'close' })
    const limit = setTimeout(() => void worker.terminate(), CLOSE_LIMIT_MS)
    await ended
    clearTimeout(limit)
    this.#isGreeted = false
    for (const { reject, settle } of this.#pending.values()) {
      settle()
      reject(new AppError('unavailable', 'The agent is stopping'))
    }
    this.#pending.clear()
  }

  get isGreeted(): boolean {
    return this.#isGreeted
  }

  /**
   * Sends a message and waits for its answer, across lost connections. The leases of an answer come as the event
   * `leases`, before it.
   *
   * @throws AppError as the coordinator answered, or `LeaseLostError`; the signal's reason when aborted;
   *   `UnsendableError` when the message holds what cannot leave this thread
   */
  request<E extends LineRequest>(
    event: E,
    message: AgentMessage<E>,
    signal: AbortSignal,
  ): Promise<LineAnswer<E>> {
    if (signal.aborted) return Promise.reject(signal.reason)
    const id = ++this.#lastId
    return new Promise((resolve, reject) => {
      const abort = () => {
        this.#pending.delete(id)
        this.#post({ type: 'abort', id })
        reject(signal.reason)
      }
      try {
        this.#post({ type: 'request', id, event, message })
      } catch (cause) {
        throw new UnsendableError(`A ${event} message cannot be sent: ${cause}`, { cause })
      }
      signal.addEventListener('abort', abort, { once: true })
      const settle = () => signal.removeEventListener('abort', abort)
      const jobId = 'jobId' in message ? message.jobId : 0
      this.#pending.set(id, { resolve, reject, jobId, settle })
    })
  }

  /** For renewals, and for screens at once; may be dropped. */
  progress(jobs: JobProgress[]): void {
    this.#post({ type: 'progress', jobs })
  }

  /** A line for the job's own log; travels with the next renewal or report. */
  log(lease: LeaseRef, level: LogLine['level'], message: string): void {
    this.#post({ type: 'log', lease, level, message })
  }

  /** The end of a job that no message can tell: its lease is renewed no more. */
  forget(leases: LeaseRef[]): void {
    this.#post({ type: 'forget', leases })
  }

  /** Ends the connection; there is none until `redial()`, or until this machine has slept and is awake again. */
  rest(): void {
    this.#post({ type: 'rest' })
  }

  /** This machine can do more or less than it said. */
  setOffer(offer: Offer): void {
    this.#post({ type: 'offer', offer })
  }

  /** Says hello anew, on a new connection: whoever was asleep proves who they are before anything else. */
  redial(reason: string): void {
    this.#post({ type: 'redial', reason })
  }

  #post(message: ToLine): void {
    this.#worker?.postMessage(message)
  }

  #take(message: FromLine): void {
    switch (message.type) {
      case 'greeted':
        this.#isGreeted = true
        this.emit('greeted', message.greeting)
        return
      case 'down':
        this.#isGreeted = false
        this.emit('down')
        return
      case 'leases':
        this.emit('leases', message.leases)
        return
      case 'lost':
        this.emit('lost', message.leases)
        return
      case 'answer':
        this.#settle(message.id, ({ resolve }) => resolve(message.value as never))
        return
      case 'failed':
        this.#settle(message.id, ({ reject, jobId }) => reject(toError(message.error, jobId)))
        return
      case 'hint':
        this.emit(message.event, message.message as never)
        return
      case 'areYouThere':
        this.#post({ type: 'here' })
        return
      case 'log':
        writeThreadLine(this.#log, message.line)
    }
  }

  #settle(id: number, how: (pending: Pending) => void): void {
    const pending = this.#pending.get(id)
    if (!pending) return
    this.#pending.delete(id)
    pending.settle()
    how(pending)
  }
}

function toError({ code, message, details }: ErrorBody, jobId: number): AppError {
  return code === 'lease_lost' ? new LeaseLostError(jobId) : new AppError(code, message, { details })
}
