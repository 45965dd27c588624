import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Namespace, Socket } from 'socket.io'
import {
  type AgentAnswer,
  type AgentEvent,
  type AgentMessage,
  type AgentSettings,
  agentEvents,
  type CoordinatorEvent,
  type CoordinatorMessage,
} from '../../protocol/agents.ts'
import type { Capability } from '../../protocol/capability.ts'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import { storableText } from '../../protocol/media.ts'
import { ownVersions, type VersionRange } from '../../protocol/versions.ts'
import { createToken, tokenHash } from '../accounts/token-hash.ts'
import type { Database } from '../db/database.ts'
import { storableJson } from '../intake/storable-json.ts'
import { completeJobs } from '../jobs/complete-jobs.ts'
import { failJob } from '../jobs/fail-job.ts'
import type { JobTypes } from '../jobs/job-type.ts'
import { KindLimits } from '../jobs/kind-limits.ts'
import { leaseJobs } from '../jobs/lease-jobs.ts'
import { renewLeases, showProgress } from '../jobs/renew-leases.ts'
import { releaseJobs, returnUnheld } from '../jobs/return-jobs.ts'
import { takeVisionReport } from '../models/take-vision-report.ts'
import { checkIntroduction, checkVersion, type Door } from '../pairing/check-introduction.ts'
import type { House } from '../pairing/house.ts'
import { Reception } from '../pairing/reception.ts'
import { revokeAgent } from '../pairing/revoke-agent.ts'
import { listSamples } from '../sources/list-samples.ts'
import { storeSources } from '../sources/store-sources.ts'
import { takePowerReport } from '../wake/take-power-report.ts'
import { noteOnline } from '../wake/wake-records.ts'
import { answerEvent } from './answer-event.ts'
import type { Presence } from './presence.ts'
import { SimultaneousAsks } from './simultaneous-asks.ts'
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
  onChange: (what: 'jobs' | 'agents' | 'libraries' | 'timeline' | 'joining' | 'models') => void
  /** These jobs have ended, and that has been committed. */
  onEnded?: (jobIds: readonly number[]) => void
  house: House
  /** Fingerprints that agents may have pinned for this coordinator, and empty where they need none. */
  channels?: () => readonly string[]
  /** Agents may ask to be let in without a code; default: yes. */
  takesJoinRequests?: boolean
  versions?: VersionRange
}

type Connected = {
  agentId: number
  /** New with each hello, so that the row tells this connection from later ones. */
  sessionHash: Buffer
  instance: string
  /** Keys of those that it can run. */
  models: readonly string[]
  name: string
  capabilities: ReadonlySet<Capability>
  socket: Socket
  /** It has said that it goes to sleep: whoever speaks next on this connection proves who they are first. */
  isAsleep: boolean
}

/**
 * The agents that are connected to this coordinator.
 *
 * Of one socket: connected → greeted: a `hello` that proves a known key. Until then every other event is
 *   refused, and the socket is closed after ten seconds. greeted → gone: the connection ends; leases stand
 *   until they expire, because a lost socket is a hint and not a verdict. A second connection of the same
 *   agent, here or at another coordinator, replaces the first.
 *
 * Words to agents go to rooms, so that they reach those of the other coordinators too.
 */
export class AgentHub {
  readonly #options: AgentHubOptions
  readonly #connected = new Map<number, Connected>()
  readonly #limits: KindLimits
  readonly #asks = new SimultaneousAsks()
  readonly #reception: Reception

  constructor(options: AgentHubOptions) {
    this.#options = options
    this.#reception = new Reception({
      db: options.db,
      log: options.log,
      takesRequests: options.takesJoinRequests ?? true,
      versions: options.versions,
      onChange: options.onChange,
      onReplaced: (agentId) => this.#hangUp(agentId),
    })
    this.#limits = new KindLimits(options.db)
    options.namespace.on('connection', (socket) => this.#accept(socket))
    options.namespace.on(GREETED, (agentId: number) => {
      const agent = this.#connected.get(agentId)
      if (agent) this.#tellAnew([agent])
    })
  }

  /** Wherever it is connected; nothing happens when it is not. */
  sendTo<E extends CoordinatorEvent>(agentId: number, event: E, message: CoordinatorMessage<E>): void {
    this.#options.namespace.to(roomOfAgent(agentId)).emit(event, message)
  }

  /** Tells agents that ask anyway now and then that asking now is worth it. */
  hintWork(hint: CoordinatorMessage<'work.available'> = {}): void {
    const { namespace } = this.#options
    const agents = hint.capability ? namespace.to(roomOfCapability(hint.capability)) : namespace
    agents.emit('work.available', hint)
  }

  /** A kind has another limit than a moment ago. */
  limitsChanged(): void {
    this.#limits.forget()
  }

  /** Lets an agent finish what it holds and take no more, or work again; remembered. */
  async drain(agentId: number, drain: boolean): Promise<void> {
    await this.#update(agentId, { draining: drain })
    this.sendTo(agentId, 'agent.drain', { drain })
    this.#options.onChange('agents')
  }

  /** Asks an agent for more or less at once, up to what it offers; remembered. */
  async configure(agentId: number, settings: AgentSettings): Promise<void> {
    await this.#update(agentId, { settings: JSON.stringify(settings) })
    this.sendTo(agentId, 'agent.settings', settings)
    this.#options.onChange('agents')
  }

  /** Shuts an agent out, wherever it is connected. */
  async revoke(agentId: number): Promise<void> {
    await revokeAgent(this.#options.db, agentId)
    this.#hangUp(agentId)
    this.hintWork()
    this.#options.onChange('agents')
  }

  /** Another name for people; remembered. */
  async rename(agentId: number, name: string): Promise<void> {
    await this.#update(agentId, { name })
    this.#options.onChange('agents')
  }

  /** Words of other coordinators may have been missed. */
  catchUp(): void {
    this.#tellAnew([...this.#connected.values()])
  }

  #tellAnew(agents: readonly Connected[]): void {
    Promise.all(agents.map((agent) => this.#tellOneAnew(agent))).catch((error) =>
      this.#options.log.warn({ err: error }, 'could not tell agents how things stand'),
    )
  }

  /** How things stand by the agent's row, which tells whether it has come back elsewhere since. */
  async #tellOneAnew({ agentId, sessionHash, socket }: Connected): Promise<void> {
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

  #hangUp(agentId: number): void {
    this.#options.namespace.in(roomOfAgent(agentId)).disconnectSockets(true)
  }

  async #update(
    agentId: number,
    change: { draining: boolean } | { settings: string } | { name: string },
  ): Promise<void> {
    const { db } = this.#options
    const row = await db
      .updateTable('agent')
      .set(change)
      .where('id', '=', agentId)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw new AppError('not_found', `There is no agent ${agentId}`)
  }

  #accept(socket: Socket): void {
    const { house, channels = () => [''], versions = ownVersions } = this.#options
    const door: Door = { house, nonce: createToken(), channels }
    let agent: Connected | undefined
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
    const greeted = <E extends Exclude<AgentEvent, 'hello'>>(
      event: E,
      handle: (agent: Connected, message: AgentMessage<E>) => Promise<AgentAnswer<E>>,
    ) => {
      this.#answer(socket, event, async (message) => {
        if (!agent) throw new AppError('unauthenticated', 'Say hello first')
        if (agent.isAsleep) {
          // Before an answer: the agent then says it again, after its next hello.
          socket.disconnect(true)
          throw new AppError('unauthenticated', 'This machine has slept: say hello again')
        }
        return handle(agent, message)
      })
    }
    greeted('lease.request', async (agent, message) => ({ leases: await this.#lease(agent, message.slots) }))
    greeted('lease.renew', (agent, message) => this.#renew(agent, message))
    greeted('job.progress', async (agent, message) => {
      await showProgress(this.#options.db, agent.agentId, message.jobs)
      this.#options.onChange('jobs')
      return {}
    })
    greeted('job.chunk', (agent, message) => this.#takeChunk(agent, message))
    greeted('job.complete', (agent, message) => this.#complete(agent, message))
    greeted('job.fail', async (agent, message) => {
      const { db, types, log } = this.#options
      await failJob(db, types, agent.agentId, message, message.error, message.log)
      log.warn(
        { jobId: message.jobId, agent: agent.name, code: message.error.code, reason: message.error.message },
        'job failed',
      )
      this.#options.onEnded?.([message.jobId])
      this.#options.onChange('jobs')
      return {}
    })
    greeted('job.release', async (agent, message) => {
      await releaseJobs(this.#options.db, agent.agentId, message.leases, storableText(message.reason))
      this.hintWork()
      this.#options.onChange('jobs')
      return {}
    })
    greeted('agent.power', (agent, message) => this.#takePower(agent, message))
    greeted('agent.vision', (agent, message) => this.#takeVision(agent, message))
    greeted('sources.samples', async (agent, { limit }) => ({
      samples: await listSamples(this.#options.db, agent.agentId, limit),
    }))
    greeted('sources.report', (agent, message) => this.#takeSources(agent, message))
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
    const sessionToken = createToken()
    const sessionHash = tokenHash(sessionToken)
    const row = await db
      .updateTable('agent')
      .set({
        session_hash: sessionHash,
        last_seen_at: new Date(),
        version: storableText(hello.agentVersion),
        facts: storableJson(hello.facts),
        capabilities: JSON.stringify(hello.capabilities),
        roots: storableJson(hello.roots),
        models: storableJson(hello.models),
        instance: hello.instance,
        coordinator_id: presence.id,
      })
      .where('public_key', '=', Buffer.from(hello.publicKey, 'base64url'))
      .where('revoked_at', 'is', null)
      .returning(['id', 'name', 'draining', 'settings'])
      .executeTakeFirst()
    if (!row) {
      throw new AppError(
        'unauthenticated',
        `Agent "${hello.name}" is not known here or has been revoked: pair it again`,
      )
    }
    if (!socket.connected) {
      await presence.left(row.id, sessionHash)
      throw new AppError('unavailable', 'The connection ended during its hello')
    }
    const connected: Connected = {
      agentId: row.id,
      sessionHash,
      instance: hello.instance,
      models: hello.models,
      name: row.name,
      capabilities: new Set(hello.capabilities.map((offer) => offer.capability)),
      socket,
      isAsleep: false,
    }
    // First, so that the going of the old connection is not taken for the agent's.
    const before = this.#connected.get(row.id)
    this.#connected.set(row.id, connected)
    guard.trust(socket)
    before?.socket.disconnect(true)
    if (isShared) namespace.serverSideEmit(GREETED, row.id)
    await socket.join([roomOfAgent(row.id), ...[...connected.capabilities].map(roomOfCapability)])
    await noteOnline(db, row.id)
    const returned = await returnUnheld(db, row.id, hello.instance, hello.held)
    const gone = await renewLeases(db, row.id, hello.held, leaseTtlMs)
    log.info({ agent: row.name, returned }, 'agent connected')
    if (returned > 0) this.hintWork()
    this.#options.onChange('agents')
    // Also when it may work: it may have missed the word that ended a drain.
    socket.emit('agent.drain', { drain: row.draining })
    const heartbeatMs = Math.floor(leaseTtlMs / 3)
    return {
      connected,
      answer: { agentId: row.id, proof, sessionToken, heartbeatMs, settings: row.settings, gone },
    }
  }

  async #lease(agent: Connected, slots: AgentMessage<'lease.request'>['slots']) {
    const { db, types, leaseTtlMs, onChange } = this.#options
    const offered = slots.filter((slot) => agent.capabilities.has(slot.capability))
    const leases = await this.#asks.run(() =>
      leaseJobs({ db, types, limits: this.#limits, ttlMs: leaseTtlMs }, agent, offered),
    )
    if (leases.length === 0) {
      await this.#requireStanding(agent)
      return []
    }
    onChange('jobs')
    if (this.#connected.get(agent.agentId) === agent) return leases
    // Nobody will read the answer: the jobs must not wait until these leases run out.
    await releaseJobs(db, agent.agentId, leases, 'The agent went while it asked')
    return []
  }

  /** @throws AppError `unavailable` when the connection is not the agent's any more */
  async #requireStanding(agent: Connected): Promise<void> {
    const row = await this.#options.db
      .selectFrom('agent')
      .select('id')
      .where('id', '=', agent.agentId)
      .where('session_hash', '=', agent.sessionHash)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (!row) throw endStale(agent)
  }

  async #renew(agent: Connected, message: AgentMessage<'lease.renew'>) {
    const { db, presence, leaseTtlMs } = this.#options
    const { numUpdatedRows } = await db
      .updateTable('agent')
      .set({ last_seen_at: sql<Date>`now()` })
      .where('id', '=', agent.agentId)
      .where('session_hash', '=', agent.sessionHash)
      .where('coordinator_id', '=', presence.id)
      .where('revoked_at', 'is', null)
      .executeTakeFirst()
    if (numUpdatedRows === 0n) throw endStale(agent)
    return { gone: await renewLeases(db, agent.agentId, message.leases, leaseTtlMs) }
  }

  /** Of a machine that goes to sleep nothing more is expected: what it still held is for others at once. */
  async #takePower(agent: Connected, report: AgentMessage<'agent.power'>) {
    const { db, log, presence, onChange } = this.#options
    const stay = await takePowerReport(db, agent.agentId, report)
    if (report.state === 'sleeping' && !stay) {
      agent.isAsleep = true
      const returned = await returnUnheld(db, agent.agentId, agent.instance, [])
      await presence.left(agent.agentId, agent.sessionHash)
      log.info({ agent: agent.name, because: report.because, returned }, 'agent goes to sleep')
      if (returned > 0) this.hintWork()
      onChange('jobs')
    }
    onChange('agents')
    return { stay }
  }

  async #takeVision(agent: Connected, message: AgentMessage<'agent.vision'>) {
    const { ready, isChanged } = await takeVisionReport(this.#options.db, agent.agentId, message)
    agent.models = ready
    this.#options.onChange('models')
    if (!isChanged) return {}
    this.#options.onChange('agents')
    this.sendTo(agent.agentId, 'work.available', {})
    return {}
  }

  async #takeSources(agent: Connected, message: AgentMessage<'sources.report'>) {
    const { isNewlyProved } = await storeSources(this.#options.db, agent, message.sources)
    this.#options.onChange('agents')
    // It may have jobs now that only it can read.
    if (isNewlyProved) this.sendTo(agent.agentId, 'work.available', {})
    return {}
  }

  async #takeChunk(agent: Connected, message: AgentMessage<'job.chunk'>) {
    const { db, types } = this.#options
    const job = await db.selectFrom('job').select('kind').where('id', '=', message.jobId).executeTakeFirst()
    if (!job) throw new LeaseLostError(message.jobId)
    const take = types.get(job.kind)?.takeChunk
    if (!take) throw new AppError('bad_request', `Job ${message.jobId} takes no parts`)
    const answer = await take(db, agent.agentId, message, message.seq, message.chunk)
    this.hintWork()
    this.#options.onChange('jobs')
    return answer
  }

  async #complete(agent: Connected, message: AgentMessage<'job.complete'>) {
    const { db, types, log, onChange } = this.#options
    const { kinds, refused, errors } = await completeJobs(db, types, agent.agentId, message.jobs)
    for (const error of errors) log.error({ err: error, agent: agent.name }, 'result could not be taken')
    for (const { jobId, error } of refused) {
      log.warn({ jobId, agent: agent.name, code: error.code, reason: error.message }, 'result refused')
    }
    this.#options.onEnded?.(message.jobs.map(({ jobId }) => jobId))
    onChange('jobs')
    // What models see changes no tile.
    if ([...kinds].some((kind) => !isLook(kind))) onChange('timeline')
    if ([...kinds].some(isLook)) onChange('models')
    if (kinds.has('library.scan')) {
      onChange('libraries')
      this.hintWork()
    }
    return { refused, leases: message.slots.length > 0 ? await this.#lease(agent, message.slots) : [] }
  }
}

function roomOfAgent(agentId: number): string {
  return `agent ${agentId}`
}

function roomOfCapability(capability: Capability): string {
  return `capability ${capability}`
}

function isLook(kind: string): boolean {
  return kind.startsWith('asset.') || kind === 'query.embed'
}

/** The word that should have closed this connection has been lost, or is on its way. */
function endStale({ socket }: Connected): AppError {
  socket.disconnect(true)
  return new AppError('unavailable', 'This agent has connected elsewhere since, or has been revoked')
}
