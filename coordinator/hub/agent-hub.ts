import { createHash, randomBytes } from 'node:crypto'
import type { Logger } from 'pino'
import type { Namespace, Socket } from 'socket.io'
import {
  type AgentAnswer,
  type AgentEvent,
  type AgentMessage,
  agentEvents,
  type CoordinatorEvent,
  type CoordinatorMessage,
  type Reply,
} from '../../protocol/agents.ts'
import type { Capability } from '../../protocol/capability.ts'
import { AppError, LeaseLostError, toErrorBody } from '../../protocol/errors.ts'
import { jobContracts } from '../../protocol/jobs.ts'
import type { LeaseRef, Slots } from '../../protocol/leases.ts'
import { storableText } from '../../protocol/media.ts'
import type { Database } from '../db/database.ts'
import { ScanSessions } from '../intake/scan-sessions.ts'
import { storableJson } from '../intake/storable-json.ts'
import { takeScanChunk } from '../intake/take-scan-chunk.ts'
import { completeJob } from '../jobs/complete-job.ts'
import { failJob } from '../jobs/fail-job.ts'
import { leaseJobs } from '../jobs/lease-jobs.ts'
import { renewLeases } from '../jobs/renew-leases.ts'
import { releaseJobs, returnUnheld } from '../jobs/return-jobs.ts'
import { checkHello, checkVersion, createNonce } from './agent-session.ts'

const HELLO_LIMIT_MS = 10_000

export type AgentHubOptions = {
  db: Database
  log: Logger
  namespace: Namespace
  leaseTtlMs: number
  /** Something that screens show has changed. */
  onChange: (what: 'jobs' | 'agents' | 'libraries' | 'timeline') => void
}

type Connected = {
  agentId: number
  name: string
  capabilities: Set<Capability>
  draining: boolean
  socket: Socket
}

/**
 * The agents that are connected to this coordinator.
 *
 * Of one socket: connected → greeted: a `hello` that proves a known key. Until then every other event is
 *   refused, and the socket is closed after ten seconds. greeted → gone: the connection ends; leases stand
 *   until they expire, because a lost socket is a hint and not a verdict. A second connection of the same
 *   agent replaces the first.
 */
export class AgentHub {
  readonly #options: AgentHubOptions
  readonly #connected = new Map<number, Connected>()
  readonly #scans = new ScanSessions()

  constructor(options: AgentHubOptions) {
    this.#options = options
    options.namespace.on('connection', (socket) => this.#accept(socket))
  }

  isOnline(agentId: number): boolean {
    return this.#connected.has(agentId)
  }

  /** Returns false when the agent is not connected. */
  sendTo<E extends CoordinatorEvent>(agentId: number, event: E, message: CoordinatorMessage<E>): boolean {
    const connected = this.#connected.get(agentId)
    connected?.socket.emit(event, message)
    return connected !== undefined
  }

  /** Tells agents that ask anyway now and then that asking now is worth it. */
  hintWork(capability?: Capability): void {
    for (const { socket, capabilities } of this.#connected.values()) {
      if (!capability || capabilities.has(capability)) socket.emit('work.available', {})
    }
  }

  /** Lets an agent finish what it holds and take no more, or work again; remembered. */
  async drain(agentId: number, drain: boolean): Promise<void> {
    const row = await this.#options.db
      .updateTable('agent')
      .set({ draining: drain })
      .where('id', '=', agentId)
      .returning('id')
      .executeTakeFirst()
    if (!row) throw new AppError('not_found', `There is no agent ${agentId}`)
    const connected = this.#connected.get(agentId)
    if (connected) connected.draining = drain
    this.sendTo(agentId, 'agent.drain', { drain })
    this.#options.onChange('agents')
  }

  #accept(socket: Socket): void {
    const nonce = createNonce()
    let agent: Connected | undefined
    let isGreeting = false
    const limit = setTimeout(() => socket.disconnect(true), HELLO_LIMIT_MS)

    this.#answer(socket, 'hello', async (message) => {
      if (isGreeting || agent) throw new AppError('conflict', 'This connection has already said hello')
      isGreeting = true
      try {
        const greeted = await this.#greet(socket, nonce, message)
        agent = greeted.connected
        clearTimeout(limit)
        return greeted.answer
      } finally {
        isGreeting = false
      }
    })
    const greeted = <E extends Exclude<AgentEvent, 'hello'>>(
      event: E,
      handle: (agent: Connected, message: AgentMessage<E>) => Promise<AgentAnswer<E>>,
    ) => {
      this.#answer(socket, event, async (message) => {
        if (!agent) throw new AppError('unauthenticated', 'Say hello first')
        return handle(agent, message)
      })
    }
    greeted('lease.request', async (agent, message) => ({ leases: await this.#lease(agent, message.slots) }))
    greeted('lease.renew', (agent, message) => this.#renew(agent, message))
    greeted('job.chunk', (agent, message) => this.#takeChunk(agent, message))
    greeted('job.complete', (agent, message) => this.#complete(agent, message))
    greeted('job.fail', async (agent, message) => {
      await failJob(this.#options.db, agent.agentId, message, message.error)
      this.#options.log.warn(
        { jobId: message.jobId, agent: agent.name, code: message.error.code, reason: message.error.message },
        'job failed',
      )
      this.#options.onChange('jobs')
      return {}
    })
    greeted('job.release', async (agent, message) => {
      await releaseJobs(this.#options.db, agent.agentId, message.leases)
      this.hintWork()
      this.#options.onChange('jobs')
      return {}
    })
    socket.on('disconnect', () => {
      clearTimeout(limit)
      this.#forget(socket)
    })
    socket.emit('challenge', { nonce })
  }

  /** By its socket: the connection may end while its hello is still being worked on. */
  #forget(socket: Socket): void {
    for (const agent of this.#connected.values()) {
      if (agent.socket !== socket) continue
      this.#connected.delete(agent.agentId)
      this.#options.log.info({ agent: agent.name }, 'agent disconnected')
      this.#options.onChange('agents')
    }
  }

  /** Parses an event at the border and answers with its value or an error, never with silence. */
  #answer<E extends AgentEvent>(
    socket: Socket,
    event: E,
    handle: (message: AgentMessage<E>) => Promise<AgentAnswer<E>>,
  ): void {
    socket.on(event as string, async (...sent: unknown[]) => {
      const acknowledge = sent.find((part) => typeof part === 'function')
      const reply = (answer: Reply) => acknowledge?.(answer)
      try {
        // Before the shape, which another version may have changed.
        if (event === 'hello') checkVersion(sent[0])
        const message = parseMessage(event, sent[0])
        reply({ ok: true, value: await handle(message) })
      } catch (error) {
        if (!(error instanceof AppError))
          this.#options.log.error({ err: error, event }, 'agent message failed')
        reply({ ok: false, error: toErrorBody(error) })
      }
    })
  }

  async #greet(socket: Socket, nonce: string, hello: AgentMessage<'hello'>) {
    checkHello(hello, nonce)
    const { db, log } = this.#options
    const sessionToken = randomBytes(32).toString('base64url')
    const row = await db
      .updateTable('agent')
      .set({
        session_hash: createHash('sha256').update(sessionToken).digest(),
        last_seen_at: new Date(),
        version: storableText(hello.agentVersion),
        facts: storableJson(hello.facts),
        capabilities: JSON.stringify(hello.capabilities),
        roots: storableJson(hello.roots),
      })
      .where('public_key', '=', Buffer.from(hello.publicKey, 'base64url'))
      .where('revoked_at', 'is', null)
      .returning(['id', 'name', 'draining'])
      .executeTakeFirst()
    if (!row) {
      throw new AppError(
        'unauthenticated',
        `Agent "${hello.name}" is not known here or has been revoked: pair it again`,
      )
    }
    if (!socket.connected) throw new AppError('unavailable', 'The connection ended during its hello')
    this.#connected.get(row.id)?.socket.disconnect(true)
    const connected: Connected = {
      agentId: row.id,
      name: row.name,
      capabilities: new Set(hello.capabilities.map((offer) => offer.capability)),
      draining: row.draining,
      socket,
    }
    this.#connected.set(row.id, connected)
    const returned = await returnUnheld(db, row.id, hello.held)
    const gone = await renewLeases(db, row.id, hello.held, this.#options.leaseTtlMs)
    log.info({ agent: row.name, returned }, 'agent connected')
    this.#options.onChange('agents')
    // Also when it may work: it may have missed the word that ended a drain.
    socket.emit('agent.drain', { drain: row.draining })
    return {
      connected,
      answer: { agentId: row.id, sessionToken, heartbeatMs: Math.floor(this.#options.leaseTtlMs / 3), gone },
    }
  }

  async #lease(agent: Connected, slots: readonly Slots[]) {
    if (agent.draining) return []
    const offered = slots.filter((slot) => agent.capabilities.has(slot.capability))
    const leases = await leaseJobs(this.#options.db, agent.agentId, offered, this.#options.leaseTtlMs)
    if (leases.length === 0) return []
    this.#options.onChange('jobs')
    if (this.#connected.get(agent.agentId) === agent) return leases
    // Nobody will read the answer: the jobs must not wait until these leases run out.
    await releaseJobs(this.#options.db, agent.agentId, leases)
    return []
  }

  async #renew(agent: Connected, message: AgentMessage<'lease.renew'>) {
    await this.#options.db
      .updateTable('agent')
      .set({ last_seen_at: new Date() })
      .where('id', '=', agent.agentId)
      .execute()
    return {
      gone: await renewLeases(this.#options.db, agent.agentId, message.leases, this.#options.leaseTtlMs),
    }
  }

  async #takeChunk(agent: Connected, message: AgentMessage<'job.chunk'>) {
    const chunk = jobContracts['library.scan'].chunk.safeParse(message.chunk)
    if (!chunk.success) throw new AppError('bad_request', 'The part of a scan does not have the agreed shape')
    const answer = await takeScanChunk(
      this.#options.db,
      this.#scans,
      agent.agentId,
      message,
      message.seq,
      chunk.data,
    )
    if (chunk.data.type === 'files') {
      this.hintWork('ingest')
      this.#options.onChange('jobs')
    }
    return answer
  }

  async #complete(agent: Connected, message: AgentMessage<'job.complete'>) {
    const job = await this.#finish(agent, message, message.result)
    this.#options.onChange('jobs')
    this.#options.onChange('timeline')
    if (job.kind === 'library.scan') {
      this.#options.onChange('libraries')
      this.hintWork('ingest')
    }
    return { leases: await this.#lease(agent, message.slots) }
  }

  /** A result that cannot be taken is the job's failure: it must not stay with an agent that is done with it. */
  async #finish(agent: Connected, ref: LeaseRef, result: unknown) {
    try {
      return await completeJob(this.#options.db, this.#scans, agent.agentId, ref, result)
    } catch (error) {
      if (error instanceof AppError && !(error instanceof LeaseLostError)) {
        await failJob(this.#options.db, agent.agentId, ref, toErrorBody(error))
        this.#scans.forget(ref.jobId)
      }
      throw error
    }
  }
}

function parseMessage<E extends AgentEvent>(event: E, raw: unknown): AgentMessage<E> {
  const parsed = agentEvents[event].message.safeParse(raw)
  if (parsed.success) return parsed.data as AgentMessage<E>
  const issue = parsed.error.issues[0]
  throw new AppError(
    'bad_request',
    `The message "${event}" does not have the agreed shape: ${issue?.path.join('.')} ${issue?.message}`,
  )
}
