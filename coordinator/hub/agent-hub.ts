import { isDeepStrictEqual } from 'node:util'
import type { Logger } from 'pino'
import type { Namespace, Socket } from 'socket.io'
import { type AgentAnswer, type AgentEvent, type AgentMessage, agentEvents } from '../../protocol/agents.ts'
import { AppError } from '../../protocol/errors.ts'
import type { LiveEvent } from '../../protocol/live.ts'
import { ownVersions, type VersionRange } from '../../protocol/versions.ts'
import { createToken } from '../accounts/token-hash.ts'
import type { Database } from '../db/database.ts'
import type { JobEnd } from '../jobs/job-ends.ts'
import type { JobTypes } from '../jobs/job-type.ts'
import { KindLimits } from '../jobs/kind-limits.ts'
import { renewLeases } from '../jobs/renew-leases.ts'
import { returnUnheld } from '../jobs/return-jobs.ts'
import { checkIntroduction, checkVersion, type Door } from '../pairing/check-introduction.ts'
import type { House } from '../pairing/house.ts'
import { Reception } from '../pairing/reception.ts'
import { noteOnline } from '../wake/wake-records.ts'
import { AgentWords, roomsOf } from './agent-words.ts'
import { answerEvent } from './answer-event.ts'
import { beginSession } from './begin-session.ts'
import type { ConnectedAgent } from './connected-agent.ts'
import type { GreetedEvent, GreetedEvents } from './greeted-events.ts'
import { createJobEvents } from './job-events.ts'
import { createMachineEvents } from './machine-events.ts'
import type { Presence } from './presence.ts'
import type { SocketGuard } from './socket-guard.ts'

const HELLO_LIMIT_MS = 10_000
/** Between coordinators: an agent has connected. */
const GREETED = 'greeted'

export type AgentHubOptions = {
  db: Database
  log: Logger
  namespace: Namespace
  /** There may be other coordinators on this database, to which agents go as well. */
  isShared: boolean
  types: JobTypes
  presence: Presence
  /** Told of each socket that has proved who it is. */
  guard: Pick<SocketGuard, 'trust'>
  leaseTtlMs: number
  /** Something that screens show has changed. */
  onChange: (what: LiveEvent) => void
  /** These have been committed. */
  onEnded?: (ends: readonly JobEnd[]) => void
  house: House
  /** Fingerprints that agents may have pinned for this coordinator, and empty where they need none. */
  channels?: () => readonly string[]
  /** Agents may ask to be let in without a code; default: yes. */
  takesJoinRequests?: boolean
  versions?: VersionRange
}

/**
 * The agents that are connected to this coordinator.
 *
 * Of one socket: connected → greeted: a `hello` that proves a known key. Until then every other event is
 *   refused, and the socket is closed after ten seconds. greeted → gone: the connection ends; leases stand
 *   until they expire, because a lost socket is a hint and not a verdict. A second connection of the same
 *   agent, here or at another coordinator, replaces the first.
 *
 * What it says to them: `words`. What they say: `job-events.ts`, `machine-events.ts`.
 */
export class AgentHub {
  readonly words: AgentWords
  readonly #options: AgentHubOptions
  readonly #connected = new Map<number, ConnectedAgent>()
  readonly #limits: KindLimits
  readonly #events: GreetedEvents<GreetedEvent>
  readonly #reception: Reception

  constructor(options: AgentHubOptions) {
    this.#options = options
    this.words = new AgentWords(options)
    this.#limits = new KindLimits(options.db)
    const { words } = this
    this.#events = {
      ...createJobEvents({
        ...options,
        words,
        limits: this.#limits,
        isCurrent: (agent) => this.#connected.get(agent.agentId) === agent,
        onEnded: options.onEnded ?? (() => {}),
      }),
      ...createMachineEvents({ ...options, words }),
    }
    this.#reception = new Reception({
      db: options.db,
      log: options.log,
      takesRequests: options.takesJoinRequests ?? true,
      versions: options.versions,
      onChange: options.onChange,
      onReplaced: (agentId) => words.hangUp(agentId),
    })
    options.namespace.on('connection', (socket) => this.#accept(socket))
    options.namespace.on(GREETED, (agentId: number) => {
      const agent = this.#connected.get(agentId)
      if (agent) this.#tellAnew([agent])
    })
  }

  /** A kind has another limit than a moment ago. */
  limitsChanged(): void {
    this.#limits.forget()
  }

  /** Words of other coordinators may have been missed. */
  catchUp(): void {
    this.#tellAnew([...this.#connected.values()])
  }

  #tellAnew(agents: readonly ConnectedAgent[]): void {
    Promise.all(agents.map((agent) => this.#tellOneAnew(agent))).catch((error) =>
      this.#options.log.warn({ err: error }, 'could not tell agents how things stand'),
    )
  }

  /** How things stand by the agent's row, which tells whether it has come back elsewhere since. */
  async #tellOneAnew({ agentId, sessionHash, socket }: ConnectedAgent): Promise<void> {
    const row = await this.#options.db
      .selectFrom('agent')
      .select(['draining', 'settings'])
      .where('id', '=', agentId)
      .where('session_hash', '=', sessionHash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (!row) {
      socket.disconnect(true)
      return
    }
    socket.emit('agent.drain', { drain: row.draining })
    socket.emit('agent.settings', row.settings)
    socket.emit('work.available', {})
  }

  #accept(socket: Socket): void {
    const { house, channels = () => [''], versions = ownVersions } = this.#options
    const door: Door = { house, nonce: createToken(), channels }
    let agent: ConnectedAgent | undefined
    let first: { message: AgentMessage<'hello'>; answer: Promise<AgentAnswer<'hello'>> } | undefined
    const limit = setTimeout(() => socket.disconnect(true), HELLO_LIMIT_MS)

    const greet = async (message: AgentMessage<'hello'>) => {
      const greeted = await this.#greet(socket, door, message)
      agent = greeted.connected
      clearTimeout(limit)
      return greeted.answer
    }
    this.#answer(socket, 'hello', async (message) => {
      // The same hello once more was doubled on its way.
      if (first && isDeepStrictEqual(first.message, message)) return await first.answer
      if (first) throw new AppError('conflict', 'This connection has already said hello')
      first = { message, answer: greet(message) }
      return await first.answer.catch((error) => {
        first = undefined
        throw error
      })
    })
    for (const event of Object.keys(this.#events) as GreetedEvent[]) {
      this.#answerGreeted(socket, event, () => agent)
    }
    socket.on('disconnect', () => {
      clearTimeout(limit)
      this.#forget(socket)
    })
    this.#reception.attend(socket, door)
    socket.emit('challenge', { nonce: door.nonce, house: house.publicKey, versions })
  }

  /** By its socket: the connection may end while its hello is still being worked on. */
  #forget(socket: Socket): void {
    const { presence, log, onChange } = this.#options
    for (const agent of this.#connected.values()) {
      if (agent.socket !== socket) continue
      this.#connected.delete(agent.agentId)
      log.info({ agent: agent.name }, 'agent disconnected')
      presence.left(agent.agentId, agent.sessionHash).then(
        () => onChange('agents'),
        (error) => log.warn({ err: error }, 'could not note that an agent has gone'),
      )
    }
  }

  #answerGreeted<E extends GreetedEvent>(
    socket: Socket,
    event: E,
    whoIsThere: () => ConnectedAgent | undefined,
  ): void {
    this.#answer(socket, event, async (message) => {
      const agent = whoIsThere()
      if (!agent) throw new AppError('unauthenticated', 'Say hello first')
      if (agent.isAsleep) {
        // Before an answer: the agent then says it again, after its next hello.
        socket.disconnect(true)
        throw new AppError('unauthenticated', 'This machine has slept: say hello again')
      }
      return this.#events[event](agent, message)
    })
  }

  #answer<E extends AgentEvent>(
    socket: Socket,
    event: E,
    handle: (message: AgentMessage<E>) => Promise<AgentAnswer<E>>,
  ): void {
    const { log, versions } = this.#options
    const schema = agentEvents[event].message
    // Before the shape, which another version may have changed.
    const check = event === 'hello' ? (raw: unknown) => checkVersion(raw, versions) : undefined
    answerEvent(socket, { event, schema, log, ...(check && { check }) }, (message) =>
      handle(message as AgentMessage<E>),
    )
  }

  async #greet(socket: Socket, door: Door, hello: AgentMessage<'hello'>) {
    const { proof } = checkIntroduction(door, 'hello', hello)
    const { db, log, namespace, isShared, presence, guard, leaseTtlMs } = this.#options
    const session = await beginSession(db, presence, socket, hello)
    const { connected } = session
    const { agentId } = connected
    // First, so that the going of the old connection is not taken for the agent's.
    const before = this.#connected.get(agentId)
    this.#connected.set(agentId, connected)
    guard.trust(socket)
    before?.socket.disconnect(true)
    if (isShared) namespace.serverSideEmit(GREETED, agentId)
    await socket.join(roomsOf(agentId, connected.capabilities))
    await noteOnline(db, agentId)
    const returned = await returnUnheld(db, agentId, hello.instance, hello.held)
    const gone = await renewLeases(db, agentId, hello.held, leaseTtlMs)
    log.info({ agent: connected.name, returned }, 'agent connected')
    if (returned > 0) this.words.hintWork()
    this.#options.onChange('agents')
    // Also when it may work: it may have missed the word that ended a drain.
    socket.emit('agent.drain', { drain: session.draining })
    const { token, settings } = session
    const heartbeatMs = Math.floor(leaseTtlMs / 3)
    return { connected, answer: { agentId, proof, sessionToken: token, heartbeatMs, settings, gone } }
  }
}
