import { createServer, type Server, type Socket } from 'node:net'
import type { PGlite } from '@electric-sql/pglite'
import { findLastWords, messagesOf } from './answer-messages.ts'
import { explainRefusal } from './explain-refusal.ts'
import type { LogSync } from './log-sync.ts'
import { MessageReader } from './message-reader.ts'
import { simpleQuery } from './run-alone.ts'
import { SharedStatements } from './shared-statements.ts'

const READY_FOR_QUERY = 0x5a

type Client = {
  id: number
  socket: Socket
  queue: Uint8Array[]
  /** When the answers until now are out. */
  answered: Promise<unknown>
  closed: boolean
}

export type WireServerOptions = {
  /** Whom the engine leaves its commits to: no answer goes out before they are on the disk. */
  logSync?: Pick<LogSync, 'settled'>
  /** Called after each batch, before the next one has its turn. Must not throw. */
  afterBatch?: () => Promise<void>
  /** Why the database takes no writes now; undefined when it does. */
  refusal?: () => string | undefined
}

/**
 * Speaks the Postgres protocol for an embedded database, to several clients at once.
 *
 * PGlite has one session. Clients take turns batch by batch; one inside a transaction keeps the turn
 * until it ends, and a client that goes away in the middle of one is rolled back. Named statements are shared
 * (`SharedStatements`). Session settings and temporary tables would be as well, so Hearth uses none.
 *
 * `@electric-sql/pglite-socket` 0.2.11 was tried first. PGlite answers a failed extended query with
 * ReadyForQuery twice, which that server hands on, so the driver takes the next answer for the wrong
 * query; it also hands on message by message and stops for good when the engine throws.
 *
 * closed → listening: `listen()`. listening → closed: `close()`, which waits for the running batch.
 */
export class WireServer {
  readonly #database: PGlite
  readonly #onBroken: (error: unknown) => void
  readonly #options: WireServerOptions
  readonly #server: Server
  readonly #clients = new Set<Client>()
  readonly #statements = new SharedStatements()
  /** Clients with waiting batches, in the order of their asking. */
  #turns: Client[] = []
  /** The client whose transaction is open. */
  #owner: Client | undefined
  #working: Promise<void> | undefined
  #lastId = 0
  #batches = 0

  /** @param onBroken the engine threw, which failing SQL never makes it do: it must not be asked again */
  constructor(database: PGlite, onBroken: (error: unknown) => void, options: WireServerOptions = {}) {
    this.#database = database
    this.#onBroken = onBroken
    this.#options = options
    this.#server = createServer((socket) => this.#accept(socket))
  }

  /** Grows with each batch that has run. */
  get batches(): number {
    return this.#batches
  }

  listen(socketPath: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(socketPath, () => resolve())
    })
  }

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const client of this.#clients) client.socket.destroy()
    await closed
    await this.#working
  }

  #accept(socket: Socket): void {
    const client: Client = {
      id: ++this.#lastId,
      socket,
      queue: [],
      answered: Promise.resolve(),
      closed: false,
    }
    const reader = new MessageReader()
    this.#clients.add(client)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      client.closed = true
      this.#clients.delete(client)
      this.#work()
    })
    socket.on('data', (bytes: Buffer) => {
      try {
        for (const request of reader.read(bytes)) {
          if (request.type === 'encryption') socket.write('N')
          else if (request.type === 'batch') this.#enqueue(client, request.bytes)
          else socket.end()
        }
      } catch {
        socket.destroy()
      }
    })
  }

  #enqueue(client: Client, bytes: Uint8Array): void {
    client.queue.push(bytes)
    if (!this.#turns.includes(client)) this.#turns.push(client)
    this.#work()
  }

  #work(): void {
    this.#working ??= this.#run().finally(() => {
      this.#working = undefined
      if (this.#canGoOn()) this.#work()
    })
  }

  #canGoOn(): boolean {
    const owner = this.#owner
    return owner ? owner.closed || owner.queue.length > 0 : this.#turns.length > 0
  }

  async #run(): Promise<void> {
    for (;;) {
      if (this.#owner?.closed) {
        await this.#database.runExclusive(() => this.#database.execProtocolRaw(simpleQuery('rollback')))
        this.#owner = undefined
      }
      const client = this.#owner ?? this.#turns.shift()
      const bytes = client?.queue.shift()
      if (!client || !bytes) {
        if (this.#owner || this.#turns.length === 0) return
        continue
      }
      await this.#runBatch(client, bytes)
      if (!this.#owner && client.queue.length > 0 && !client.closed) this.#turns.push(client)
    }
  }

  async #runBatch(client: Client, bytes: Uint8Array): Promise<void> {
    if (client.closed && this.#owner !== client) return
    const answers: Buffer[] = []
    const batch = this.#statements.share(bytes)
    try {
      await this.#database.runExclusive(() =>
        this.#database.execProtocolRawStream(batch.bytes, {
          // The engine reuses its memory after the call, so the bytes are copied.
          onRawData: (answer) => void answers.push(Buffer.from(answer)),
        }),
      )
      this.#batches += 1
      const answer = onceReady(batch.answer(Buffer.concat(answers)))
      const lastWords = findLastWords(answer)
      if (lastWords !== undefined) throw new Error(`The database engine gave up: ${lastWords}`)
      const refusal = this.#options.refusal?.()
      this.#answer(client, refusal ? explainRefusal(answer, refusal) : answer)
    } catch (error) {
      // The client cannot know what was done and must ask again, as must all others.
      for (const each of this.#clients) each.socket.destroy()
      this.#turns = []
      this.#owner = undefined
      this.#onBroken(error)
      return
    }
    this.#owner = this.#database.isInTransaction() ? client : undefined
    await this.#options.afterBatch?.()
  }

  /**
   * Sends an answer when everything that it may speak of is on the disk: the client's own commit, and those of
   * others that it has read. Other clients have their turn meanwhile.
   */
  #answer(client: Client, answer: Buffer): void {
    client.answered = Promise.all([client.answered, this.#options.logSync?.settled()]).then(() => {
      if (client.socket.writable) client.socket.write(answer)
    })
  }
}

/** Keeps the last ReadyForQuery of an answer and drops earlier ones: a batch is answered with one. */
export function onceReady(answer: Buffer): Buffer {
  const messages = messagesOf(answer)
  const last = messages.findLastIndex((message) => message[0] === READY_FOR_QUERY)
  return Buffer.concat(messages.filter((message, at) => message[0] !== READY_FOR_QUERY || at === last))
}
