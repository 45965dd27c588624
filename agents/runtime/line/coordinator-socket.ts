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
} from '../../../protocol/agents.ts'
import { AppError, errorRules, LeaseLostError, toErrorBody } from '../../../protocol/errors.ts'
import type { Challenge } from '../../../protocol/introduction.ts'
import { socketOptions } from '../socket-options.ts'
import { reconnectPauseMs, refusedPauseMs } from './reconnect-pause.ts'
import { untilAborted } from './until-aborted.ts'

/**
 * An answer is waited for as long as a beat takes, then twice as long and so on: the message or the answer may be lost,
 * and a coordinator that is only slow must not be asked ever more.
 */
const LONGEST_ANSWER_MS = 60_000
const SHORTEST_ANSWER_MS = 1_000
/** From dialling to the answer to `hello`: a coordinator that takes longer is no use, another may be. */
const GREETING_LIMIT_MS = 10_000

export type CoordinatorSocketOptions = {
  /** Coordinators of one house; any of them will do. */
  urls: readonly string[]
  log: Logger
  /** This process has slept since it last looked, and nothing is known about the connection. */
  hasSlept: () => boolean
  /** See `PinnedAgent`; null asks the certificate authorities. */
  fingerprint: string | null
  /**
   * The first words on each new connection; everything else waits until they are accepted.
   *
   * @throws AppError when this agent will not speak with a coordinator that says this
   */
  hello: (challenge: Challenge) => {
    message: AgentMessage<'hello'>
    /** @throws AppError when the answer does not come from the coordinator that was meant */
    checkProof: (proof: string) => void
  }
  onGreeted: (answer: AgentAnswer<'hello'>, url: string) => void
  onDown: () => void
  /** How long to wait before a coordinator that refuses this agent is asked again; default: `refusedPauseMs`. */
  refusedPauseMs?: () => number
  onEvent: <E extends CoordinatorEvent>(event: E, message: CoordinatorMessage<E>) => void
}

/**
 * The agent's line to a coordinator, whichever of them answers.
 *
 * closed → dialling: `open()`, a random one first. dialling → greeted: the coordinator has accepted `hello`.
 * dialling → dialling: no greeting in time; the next one is tried, with growing, spread pauses, for ever.
 * greeted → dialling: the connection broke or was ended.
 * dialling → refused: the coordinator does not want this agent; tried again slowly, because a person may pair it.
 * any → resting: `rest()`; nothing is dialled. resting → dialling: `redial()`.
 * any → closed: `close()`.
 *
 * A request waits for a greeted connection and is sent again when the connection breaks before its
 * answer: every message may arrive twice.
 */
export class CoordinatorSocket {
  readonly #options: CoordinatorSocketOptions
  #turn: number
  #beatMs = LONGEST_ANSWER_MS
  #failures = 0
  #socket: Socket | undefined
  /** Aborts when the present connection ends: Socket.IO keeps silent about what it had not sent by then. */
  #over = new AbortController()
  /** Hands out the present connection once it is greeted; made anew whenever that is left (`#leave`). */
  #greeted = Promise.withResolvers<Socket>()
  #isGreeted = false
  #isClosing = false
  /** Why it and a coordinator do not speak, since they last did: each reason is said once, however often they try. */
  readonly #saidReasons = new Set<string>()
  #isResting = false
  #timer: NodeJS.Timeout | undefined

  constructor(options: CoordinatorSocketOptions) {
    this.#options = options
    this.#turn = Math.floor(Math.random() * options.urls.length)
    this.#greeted.promise.catch(() => {})
  }

  open(): void {
    this.#dial()
  }

  close(): void {
    this.#isClosing = true
    this.#isGreeted = false
    this.#greeted.reject(new AppError('unavailable', 'The agent is stopping'))
    clearTimeout(this.#timer)
    this.#socket?.close()
  }

  /** Gives up a connection that may be dead, and dials again. */
  redial(reason: string): void {
    if (this.#isResting && !this.#isClosing) {
      this.#isResting = false
      this.#dialAfter(0)
    } else if (this.#isGreeted && this.#socket) this.#lost(this.#socket, reason)
  }

  /** Says hello anew where it has been said: what it says has changed. One that rests says it when it wakes. */
  greetAgain(reason: string): void {
    if (this.#isGreeted && this.#socket) this.#lost(this.#socket, reason)
  }

  /** Ends the connection and dials no more until `redial`. */
  rest(): void {
    this.#isResting = true
    if (this.#socket) this.#lost(this.#socket, 'this machine goes to sleep')
    clearTimeout(this.#timer)
  }

  get isGreeted(): boolean {
    return this.#isGreeted
  }

  /**
   * Sends a message and waits for its answer, across lost connections.
   *
   * @param message made anew each time it goes out; undefined when there is nothing left to say
   * @returns undefined when nothing was left to say
   * @throws AppError as the coordinator answered, or `LeaseLostError`; the signal's reason when aborted;
   *   whatever `message` throws
   */
  async request<E extends Exclude<AgentEvent, 'hello'>>(
    event: E,
    message: () => AgentMessage<E> | undefined,
    signal: AbortSignal,
  ): Promise<AgentAnswer<E> | undefined> {
    for (let tries = 0; ; tries += 1) {
      const socket = await untilAborted(this.#greeted.promise, signal)
      if (socket !== this.#socket) continue
      // Nothing is said about a lease by one who has not said hello since.
      if (this.#options.hasSlept()) {
        this.redial('this process slept')
        continue
      }
      const outgoing = message()
      if (outgoing === undefined) return undefined
      let raw: unknown
      const either = AbortSignal.any([signal, this.#over.signal])
      try {
        raw = await untilAborted(
          socket.timeout(Math.min(LONGEST_ANSWER_MS, this.#beatMs * 2 ** tries)).emitWithAck(event, outgoing),
          either,
        )
      } catch (error) {
        if (signal.aborted) throw error
        this.#options.log.debug({ event }, 'no answer; sending again')
        continue
      }
      return readReply(event, raw, 'jobId' in outgoing ? outgoing.jobId : 0)
    }
  }

  /** Sends a message that may get lost and that nobody answers. */
  say<E extends AgentEvent>(event: E, message: AgentMessage<E>): void {
    if (this.#isGreeted) this.#socket?.volatile.emit(event as string, message)
  }

  #dial(): void {
    const { urls } = this.#options
    const url = urls[this.#turn % urls.length]!
    const socket = io(
      `${url}/agents`,
      socketOptions(this.#options.fingerprint, (error) => this.#mistrust(error)),
    )
    this.#socket = socket
    let isChallenged = false
    socket.on('connect_error', (error) => this.#lost(socket, error.message))
    socket.on('disconnect', (reason) => this.#lost(socket, reason))
    for (const event of Object.keys(coordinatorEvents) as CoordinatorEvent[]) {
      socket.on(event as string, (raw: unknown) => {
        const parsed = coordinatorEvents[event].safeParse(raw)
        if (!parsed.success) {
          const issues = parsed.error.issues.slice(0, 3)
          this.#options.log.warn({ event, issues }, 'message not understood')
        } else if (event === 'challenge') {
          // One that comes again on its way is not another: who answered it twice would be refused.
          if (isChallenged) return
          isChallenged = true
          void this.#greet(socket, url, parsed.data as CoordinatorMessage<'challenge'>)
        } else {
          this.#options.onEvent(event, parsed.data as CoordinatorMessage<typeof event>)
        }
      })
    }
    this.#timer = setTimeout(() => this.#lost(socket, 'no greeting in time'), GREETING_LIMIT_MS)
  }

  async #greet(socket: Socket, url: string, challenge: Challenge): Promise<void> {
    let reply: unknown
    let hello: ReturnType<CoordinatorSocketOptions['hello']>
    try {
      hello = this.#options.hello(challenge)
    } catch (error) {
      this.#mistrust(error)
      return this.#dialAfterRefusal()
    }
    try {
      reply = await socket.timeout(GREETING_LIMIT_MS).emitWithAck('hello', hello.message)
    } catch {
      // Broken before the answer: that is no refusal, and the loss is dealt with where it is noticed.
      return
    }
    if (this.#isClosing || socket !== this.#socket) return
    try {
      const answer = readReply('hello', reply, 0)
      hello.checkProof(answer.proof)
      clearTimeout(this.#timer)
      this.#failures = 0
      this.#saidReasons.clear()
      this.#beatMs = Math.max(SHORTEST_ANSWER_MS, answer.heartbeatMs)
      this.#isGreeted = true
      this.#options.log.info({ agentId: answer.agentId }, 'connected to the coordinator')
      this.#options.onGreeted(answer, url)
      this.#greeted.resolve(socket)
    } catch (error) {
      const { code, message } = toErrorBody(error)
      if (errorRules[code].retry !== 'never') {
        const level = this.#failures === 0 ? 'warn' : 'debug'
        this.#options.log[level]({ reason: message }, 'the coordinator could not greet this agent')
        return this.#lost(socket, message)
      }
      this.#sayOnce(message, 'the coordinator refused this agent')
      this.#dialAfterRefusal()
    }
  }

  /** A person must look: this is not the coordinator that this agent belongs to, or the two cannot talk. */
  #mistrust(error: unknown): void {
    this.#sayOnce(toErrorBody(error).message, 'this agent does not speak with that coordinator')
  }

  #sayOnce(reason: string, sentence: string): void {
    const level = this.#saidReasons.has(reason) ? 'debug' : 'error'
    this.#saidReasons.add(reason)
    this.#options.log[level]({ reason }, sentence)
  }

  #lost(socket: Socket, reason: string): void {
    if (this.#isClosing || socket !== this.#socket) return
    if (this.#isGreeted) {
      this.#options.log.warn({ reason }, 'lost the coordinator; connecting again')
    } else {
      this.#options.log.debug({ reason }, 'no coordinator there')
    }
    this.#dialAfter(reconnectPauseMs(this.#failures, Math.random()))
    this.#failures += 1
  }

  #dialAfterRefusal(): void {
    const { refusedPauseMs: pauseMs = () => refusedPauseMs(Math.random()) } = this.#options
    this.#dialAfter(pauseMs())
  }

  #dialAfter(pauseMs: number): void {
    this.#leave()
    clearTimeout(this.#timer)
    this.#turn += 1
    if (this.#isResting) return
    this.#timer = setTimeout(() => this.#dial(), pauseMs)
  }

  /** Whatever happens to the connection, whoever waits for one waits for the next from here on. */
  #leave(): void {
    const before = this.#socket
    const wasGreeted = this.#isGreeted
    this.#socket = undefined
    this.#over.abort()
    this.#over = new AbortController()
    if (wasGreeted) {
      this.#isGreeted = false
      this.#greeted = Promise.withResolvers<Socket>()
      this.#greeted.promise.catch(() => {})
    }
    before?.close()
    if (wasGreeted) this.#options.onDown()
  }
}

function readReply<E extends AgentEvent>(event: E, raw: unknown, jobId: number): AgentAnswer<E> {
  const reply = Reply.parse(raw)
  if (reply.ok) return agentEvents[event].answer.parse(reply.value) as AgentAnswer<E>
  if (reply.error.code === 'lease_lost') throw new LeaseLostError(jobId)
  throw new AppError(reply.error.code, reply.error.message, { details: reply.error.details })
}
