import type { Logger } from 'pino'
import { io, type Socket } from 'socket.io-client'
import {
  type AgentAnswer,
  type AgentEvent,
  type AgentMessage,
  agentEvents,
  type CoordinatorEvent,
  type CoordinatorMessage,
  coordinatorEvents,
  Reply,
} from '../../protocol/agents.ts'
import { AppError, LeaseLostError, toErrorBody } from '../../protocol/errors.ts'

const ANSWER_LIMIT_MS = 60_000
const FIRST_PAUSE_MS = 250
const LONGEST_PAUSE_MS = 10_000

export type CoordinatorSocketOptions = {
  url: string
  log: Logger
  /** The first words on each new connection; everything else waits until they are accepted. */
  hello: (nonce: string) => AgentMessage<'hello'>
  onGreeted: (answer: AgentAnswer<'hello'>) => void
}

/**
 * The agent's line to its coordinator.
 *
 * closed → connecting: `open()`. connecting → greeted: the coordinator has accepted `hello`.
 * greeted → connecting: the connection broke; tried again with growing, spread pauses, for ever.
 * any → refused: the coordinator does not want this agent; tried again slowly, because a person may pair it.
 * any → closed: `close()`.
 *
 * A request waits for a greeted connection and is sent again when the connection breaks before its
 * answer: every message may arrive twice.
 */
export class CoordinatorSocket {
  readonly #options: CoordinatorSocketOptions
  readonly #socket: Socket
  #greeted = Promise.withResolvers<void>()
  #isGreeted = false
  #isClosing = false
  #retry: NodeJS.Timeout | undefined

  constructor(options: CoordinatorSocketOptions) {
    this.#options = options
    this.#socket = io(`${options.url}/agents`, {
      transports: ['websocket'],
      autoConnect: false,
      reconnectionDelay: FIRST_PAUSE_MS,
      reconnectionDelayMax: LONGEST_PAUSE_MS,
      randomizationFactor: 0.5,
    })
    this.#greeted.promise.catch(() => {})
    this.#socket.on('disconnect', (reason) => this.#lost(reason))
    this.on('challenge', ({ nonce }) => void this.#greet(nonce))
  }

  open(): void {
    this.#socket.connect()
  }

  close(): void {
    this.#isClosing = true
    this.#greeted.reject(new AppError('unavailable', 'The agent is stopping'))
    clearTimeout(this.#retry)
    this.#socket.close()
  }

  get isGreeted(): boolean {
    return this.#isGreeted
  }

  on<E extends CoordinatorEvent>(event: E, listener: (message: CoordinatorMessage<E>) => void): void {
    this.#socket.on(event as string, (raw: unknown) => {
      const parsed = coordinatorEvents[event].safeParse(raw)
      if (parsed.success) listener(parsed.data as CoordinatorMessage<E>)
      else
        this.#options.log.warn({ event, issues: parsed.error.issues.slice(0, 3) }, 'message not understood')
    })
  }

  /**
   * Sends a message and waits for its answer, across lost connections.
   *
   * @param onSend called each time the message goes out: what the answer promises counts from the last
   * @throws AppError as the coordinator answered, or `LeaseLostError`; the signal's reason when aborted
   */
  async request<E extends Exclude<AgentEvent, 'hello'>>(
    event: E,
    message: AgentMessage<E>,
    signal: AbortSignal,
    onSend: () => void = () => {},
  ): Promise<AgentAnswer<E>> {
    for (;;) {
      await untilAborted(this.#greeted.promise, signal)
      onSend()
      let raw: unknown
      try {
        raw = await untilAborted(this.#socket.timeout(ANSWER_LIMIT_MS).emitWithAck(event, message), signal)
      } catch (error) {
        if (signal.aborted) throw error
        this.#options.log.debug({ event }, 'no answer; sending again')
        continue
      }
      return this.#readReply(event, raw, 'jobId' in message ? message.jobId : 0)
    }
  }

  #readReply<E extends AgentEvent>(event: E, raw: unknown, jobId: number): AgentAnswer<E> {
    const reply = Reply.parse(raw)
    if (!reply.ok) {
      if (reply.error.code === 'lease_lost') throw new LeaseLostError(jobId)
      throw new AppError(reply.error.code, reply.error.message, { details: reply.error.details })
    }
    return agentEvents[event].answer.parse(reply.value) as AgentAnswer<E>
  }

  async #greet(nonce: string): Promise<void> {
    try {
      const raw = await this.#socket.timeout(ANSWER_LIMIT_MS).emitWithAck('hello', this.#options.hello(nonce))
      const answer = this.#readReply('hello', raw, 0)
      this.#isGreeted = true
      this.#options.onGreeted(answer)
      this.#greeted.resolve()
      this.#options.log.info({ agentId: answer.agentId }, 'connected to the coordinator')
    } catch (error) {
      // Broken before the answer: that is no refusal, and Socket.IO is already coming back.
      if (!this.#socket.connected) return
      this.#options.log.error({ reason: toErrorBody(error).message }, 'the coordinator refused this agent')
      this.#isGreeted = false
      this.#socket.disconnect()
      this.#connectAfter(LONGEST_PAUSE_MS)
    }
  }

  #lost(reason: string): void {
    if (this.#isClosing) return
    if (this.#isGreeted) {
      this.#options.log.warn({ reason }, 'lost the coordinator; connecting again')
      this.#isGreeted = false
      this.#greeted = Promise.withResolvers<void>()
      this.#greeted.promise.catch(() => {})
    }
    // Socket.IO does not come back by itself when the other side ended the connection on purpose.
    if (reason === 'io server disconnect') this.#connectAfter(FIRST_PAUSE_MS)
  }

  #connectAfter(pauseMs: number): void {
    if (this.#isClosing) return
    clearTimeout(this.#retry)
    this.#retry = setTimeout(() => this.#socket.connect(), pauseMs).unref()
  }
}

/** Rejects with the signal's reason as soon as it aborts, whatever the promise does. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}
