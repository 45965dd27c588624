import { createAdapter } from '@socket.io/postgres-adapter'
import pg from 'pg'
import type { Logger } from 'pino'
import type { Namespace, Server } from 'socket.io'

/** A message that cannot be handed on within this is dropped; the sockets of this coordinator still get it. */
const ANSWER_LIMIT_MS = 5_000
/** A connection that only listens would not notice that the other end has gone. */
const KEEP_ALIVE_MS = 10_000
/** Postgres refuses notifications of 8,000 bytes; the adapter's own limit is one byte too high. */
const MAX_NOTIFICATION_BYTES = 7_999
/** An outage is reported this often, not once for each message. */
const REPORT_INTERVAL_MS = 10_000
/** Only seen by those who ask how many coordinators there are, which nobody does. */
const HEARTBEAT_MS = 60_000

export type SocketAdapterOptions = {
  /** Of the Postgres server that the coordinators share. */
  url: string
  log: Logger
  /** Words of other coordinators may have been missed for a while, and are heard again from now on. */
  onHealed: () => void
}

/**
 * Carries what is said to rooms, and what coordinators say to one another, to all coordinators on a Postgres
 * server by NOTIFY. It has two connections of its own: one listens, and one speaks, so that messages of one
 * coordinator arrive in the order in which they were sent. Delivery is at most once: everything sent here is a
 * hint, and whoever gets it asks the database.
 *
 * idle → connecting: `attach()`. connecting → listening: all namespaces are heard; `listening` resolves.
 * listening → connecting: the connection broke, which is noticed within about twenty seconds; it is tried again
 *   every one to three seconds, and `onHealed` called when it works. any → closed: `close()`.
 */
export class SocketAdapter {
  readonly #options: SocketAdapterOptions
  readonly #connection: pg.ClientConfig
  readonly #speaking: pg.Pool
  readonly #listening = Promise.withResolvers<void>()
  #listener: pg.Client | undefined
  #namespaces = 0
  #wasListening = false
  #isClosed = false
  #reportedAt = Number.NEGATIVE_INFINITY

  constructor(options: SocketAdapterOptions) {
    this.#options = options
    this.#connection = {
      connectionString: options.url,
      application_name: 'hearth between coordinators',
      connectionTimeoutMillis: ANSWER_LIMIT_MS,
      query_timeout: ANSWER_LIMIT_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    }
    this.#speaking = new pg.Pool({
      ...this.#connection,
      max: 1,
      // Not waiting for the disk halves the time that a message takes; after a crash nobody waits for it.
      onConnect: (client) => client.query('set synchronous_commit = off').then(() => {}),
    })
    this.#speaking.on('error', (error) => this.#report(error))
    this.#speaking.on('connect', (client) => client.on('error', (error) => this.#report(error)))
  }

  /** All namespaces must be known by now. */
  attach(io: Server): void {
    const create = createAdapter(this.#connections(), {
      channelPrefix: 'hearth',
      tableName: 'socket_attachment',
      payloadThreshold: MAX_NOTIFICATION_BYTES,
      heartbeatInterval: HEARTBEAT_MS,
      heartbeatTimeout: 2.5 * HEARTBEAT_MS,
      errorHandler: (error) => this.#report(error),
    })
    const count = () => {
      this.#namespaces += 1
    }
    io.adapter(function adapterOf(namespace: Namespace) {
      count()
      return create(namespace)
    } as never)
  }

  /** Resolves once what other coordinators say is heard here. */
  get listening(): Promise<void> {
    return this.#listening.promise
  }

  /** After the Socket.IO server, whose adapters still say goodbye. */
  async close(): Promise<void> {
    this.#isClosed = true
    this.#dropListener()
    await this.#speaking.end()
  }

  /**
   * What the adapter uses of a pool. The connection that listens is not the pool's: the adapter never gives a
   * broken one back, so that after some restarts of the server the pool would be full of them.
   */
  #connections(): pg.Pool {
    const connections = {
      connect: () => this.#connect(),
      query: (text: string, values?: unknown[]) => this.#query(text, values),
    }
    return connections as unknown as pg.Pool
  }

  async #connect(): Promise<pg.Client & { release: () => void }> {
    // The adapter tries again after an error; once closed it would do so for ever.
    if (this.#isClosed) return new Promise(() => {})
    // One that got half-way: with two that listen, every message would arrive twice.
    this.#dropListener()
    const client = new pg.Client(this.#connection)
    this.#listener = client
    client.on('error', (error) => this.#report(error))
    let heard = 0
    client.on('drain', () => {
      heard += 1
      // Once for each namespace that it listens to.
      if (heard === this.#namespaces) this.#heal()
    })
    try {
      await client.connect()
    } catch (error) {
      this.#report(error)
      throw error
    }
    return Object.assign(client, { release: () => this.#dropListener() })
  }

  async #query(text: string, values?: unknown[]): Promise<pg.QueryResult> {
    try {
      return await this.#speaking.query(text, values)
    } catch (error) {
      this.#report(error)
      throw error
    }
  }

  #heal(): void {
    this.#listening.resolve()
    if (this.#wasListening) {
      this.#options.log.info('hearing the other coordinators again')
      this.#options.onHealed()
    }
    this.#wasListening = true
  }

  #dropListener(): void {
    const client = this.#listener
    this.#listener = undefined
    // Its end is wanted: the adapter must not connect again because of it.
    client?.removeAllListeners('end')
    void client?.end().catch(() => {})
  }

  #report(error: unknown): void {
    const now = performance.now()
    if (this.#isClosed || now - this.#reportedAt < REPORT_INTERVAL_MS) return
    this.#reportedAt = now
    this.#options.log.warn({ err: error }, 'could not speak with the other coordinators; trying again')
  }
}
