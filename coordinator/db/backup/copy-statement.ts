import type pg from 'pg'

/** What `pg` calls on a statement of its own kind; `pg` knows COPY's messages and leaves them to us. */
type Connection = {
  query(sql: string): void
  sendCopyFromChunk(bytes: Buffer): void
  endCopyFrom(): void
  sendCopyFail(reason: string): void
}

/**
 * One COPY statement on a connection of `pg`: `client.query(statement)`, then await `statement.rows`.
 *
 * waiting → sent: `pg` calls `submit`. sent → done: the server is ready for the next statement, or has
 *   reported an error.
 */
export class CopyStatement implements pg.Submittable {
  readonly rows: Promise<Buffer>
  readonly #sql: string
  readonly #input: Buffer | undefined
  readonly #parts: Buffer[] = []
  readonly #done = Promise.withResolvers<Buffer>()

  /** @param input the rows of `copy … from stdin` */
  constructor(sql: string, input?: Buffer) {
    this.#sql = sql
    this.#input = input
    this.rows = this.#done.promise
  }

  submit(connection: pg.Connection): void {
    connection.query(this.#sql)
  }

  handleCopyInResponse(connection: Connection): void {
    if (this.#input) {
      connection.sendCopyFromChunk(this.#input)
      connection.endCopyFrom()
    } else {
      connection.sendCopyFail('No rows are given')
    }
  }

  handleCopyData(message: { chunk: Buffer }): void {
    // Copied: `pg` reads the next messages into the same memory.
    this.#parts.push(Buffer.from(message.chunk))
  }

  handleCommandComplete(): void {}

  handleReadyForQuery(): void {
    this.#done.resolve(Buffer.concat(this.#parts))
  }

  handleError(error: Error): void {
    this.#done.reject(error)
  }
}
