import type { Logger } from 'pino'
import type { Namespace, Server, Socket } from 'socket.io'
import { AppError, toErrorBody } from '../../protocol/errors.ts'
import type { LiveEvent, LiveMessage } from '../../protocol/live.ts'
import { findSession } from '../accounts/sessions.ts'
import { tokenHash } from '../accounts/token-hash.ts'
import type { Database } from '../db/database.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { readJobSummary } from '../fleet/job-summary.ts'
import { listLibraries } from '../fleet/library-views.ts'
import { isSecureRequest, readSessionCookie } from '../http/session-cookie.ts'
import { listTasks } from '../models/list-tasks.ts'
import { countJoinRequests } from '../pairing/join-requests.ts'
import { readTimelineRevision } from '../search/timeline.ts'
import { Coalesce } from './coalesce.ts'
import type { SocketGuard } from './socket-guard.ts'

export type LiveDependencies = {
  db: Database
  log: Logger
  publicOrigins: readonly string[]
  /** Told of each socket that has proved who it is. */
  guard: Pick<SocketGuard, 'trust'>
  /** There are other coordinators on this database, whose browsers must be told as well. */
  isShared: boolean
}

const INTERVAL_MS = 500
/** Between coordinators. */
const CHANGED = 'changed'
/** While jobs run, rates are shown again this often even when nothing else changes, so that they fall to zero. */
const RATE_REFRESH_MS = 5_000
/** Sessions end by time as well: sockets whose session is over are closed within this. */
const SESSION_CHECK_MS = 60_000

/** What a change makes true besides itself: an agent's leases are jobs, a library's numbers are its assets. */
const impliedBy: Record<LiveEvent, readonly LiveEvent[]> = {
  jobs: ['jobs', 'agents'],
  agents: ['agents', 'jobs'],
  libraries: ['libraries'],
  joining: ['joining'],
  models: ['models'],
  timeline: ['timeline', 'libraries'],
}

/** Opens the namespace `/live` for browsers that are signed in. */
export function attachLive(io: Server, dependencies: LiveDependencies): LiveBroadcast {
  return new LiveBroadcast(io.of('/live'), dependencies)
}

/**
 * Tells browsers what has changed: whole states, at most two of each a second, the last one always.
 * Nothing is read from the database while nobody listens.
 *
 * open: from the making. open → closed: `close()`; sockets are their server's to close.
 */
export class LiveBroadcast {
  readonly #namespace: Namespace
  readonly #dependencies: LiveDependencies
  readonly #changes: Coalesce<LiveEvent>
  /** What the other coordinators are told: the names of what has changed, at most two messages a second. */
  readonly #shared: Coalesce<LiveEvent>
  readonly #sessionCheck: NodeJS.Timeout
  #rateRefresh: NodeJS.Timeout | undefined

  constructor(namespace: Namespace, dependencies: LiveDependencies) {
    this.#namespace = namespace
    this.#dependencies = dependencies
    this.#changes = new Coalesce({
      intervalMs: INTERVAL_MS,
      emit: (events) => this.#emit(events),
      onError: (error) => dependencies.log.error({ err: error }, 'could not tell browsers what changed'),
    })
    this.#shared = new Coalesce({
      intervalMs: INTERVAL_MS,
      emit: async (events) => void namespace.serverSideEmit(CHANGED, [...events]),
      onError: (error) => dependencies.log.warn({ err: error }, 'could not tell the other coordinators'),
    })
    namespace.on(CHANGED, (events: LiveEvent[]) => {
      for (const event of events) this.#changedHere(event)
    })
    namespace.use((socket, next) => {
      this.#admit(socket).then(() => next(), next)
    })
    this.#sessionCheck = setInterval(() => void this.#closeEnded(), SESSION_CHECK_MS)
    this.#sessionCheck.unref()
  }

  changed(what: LiveEvent): void {
    if (this.#dependencies.isShared) this.#shared.changed(what)
    this.#changedHere(what)
  }

  #changedHere(what: LiveEvent): void {
    if (this.#namespace.sockets.size > 0) this.#changes.changed(...impliedBy[what])
  }

  /** Changes elsewhere may have been missed: shows everything anew. */
  catchUp(): void {
    for (const what of Object.keys(impliedBy) as LiveEvent[]) this.#changedHere(what)
  }

  /** Closes the sockets of a session that has ended. */
  endSession(token: string): void {
    this.#namespace.in(roomOf(token)).disconnectSockets(true)
  }

  close(): void {
    clearInterval(this.#sessionCheck)
    clearTimeout(this.#rateRefresh)
    this.#changes.stop()
    this.#shared.stop()
  }

  async #admit(socket: Socket): Promise<void> {
    const { headers } = socket.handshake
    const { db, log, publicOrigins } = this.#dependencies
    const token = readSessionCookie(headers.cookie, isSecureRequest(socket.request, publicOrigins))
    try {
      if (token === undefined || !(await findSession(db, token))) {
        throw new AppError('unauthenticated', 'Sign in first')
      }
    } catch (error) {
      if (!(error instanceof AppError)) log.error({ err: error }, 'could not check a session')
      const body =
        error instanceof AppError ? toErrorBody(error) : { code: 'internal', message: 'Try again later' }
      throw Object.assign(new Error(body.message), { data: body })
    }
    socket.data.sessionToken = token
    this.#dependencies.guard.trust(socket)
    await socket.join(roomOf(token))
  }

  async #emit(events: ReadonlySet<LiveEvent>): Promise<void> {
    if (this.#namespace.sockets.size === 0) return
    const { db } = this.#dependencies
    if (events.has('jobs') || events.has('agents')) {
      const agents = await listAgents(db)
      const kinds = await readJobSummary(db, agents)
      this.#send('agents', { agents })
      this.#send('jobs', { kinds })
      if (kinds.some(({ perSecond, leased }) => perSecond > 0 || leased > 0)) this.#refreshRates()
    }
    if (events.has('libraries')) this.#send('libraries', { libraries: await listLibraries(db) })
    if (events.has('joining')) this.#send('joining', { waiting: await countJoinRequests(db) })
    if (events.has('models')) this.#send('models', { tasks: await listTasks(db) })
    if (events.has('timeline')) this.#send('timeline', { revision: await readTimelineRevision(db) })
  }

  #send<E extends LiveEvent>(event: E, message: LiveMessage<E>): void {
    this.#namespace.local.emit(event, message)
  }

  #refreshRates(): void {
    clearTimeout(this.#rateRefresh)
    this.#rateRefresh = setTimeout(() => this.changed('jobs'), RATE_REFRESH_MS)
    this.#rateRefresh.unref()
  }

  async #closeEnded(): Promise<void> {
    for (const socket of this.#namespace.sockets.values()) {
      try {
        if (!(await findSession(this.#dependencies.db, socket.data.sessionToken))) socket.disconnect(true)
      } catch (error) {
        this.#dependencies.log.warn({ err: error }, 'could not check a session; checking again in a minute')
        return
      }
    }
  }
}

function roomOf(token: string): string {
  return `session ${tokenHash(token).toString('base64url')}`
}
