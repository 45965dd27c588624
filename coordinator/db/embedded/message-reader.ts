const SSL_REQUEST = 80877103
const GSS_REQUEST = 80877104
const CANCEL_REQUEST = 80877102
/** A longer message than this is not ours: the connection is closed. */
const MAX_MESSAGE_BYTES = 256 * 1024 * 1024

/** What a client's bytes ask for: each `batch` runs as one unit, with nobody else's messages in between. */
export type ClientRequest =
  | { type: 'encryption' }
  | { type: 'cancel' }
  | { type: 'terminate' }
  | { type: 'batch'; bytes: Uint8Array }

/**
 * Cuts a client's stream into requests of the Postgres wire protocol 3.0.
 *
 * The messages of an extended query (Parse, Bind, Describe, Execute) only make sense together up to
 * their Sync, because they share the unnamed statement and the error state of the one session that the
 * embedded database has. So they are handed on together, as is a simple Query. Flush does not end a
 * batch: the `pg` driver never waits for one.
 *
 * @see https://www.postgresql.org/docs/17/protocol-flow.html
 */
export class MessageReader {
  #pending: Buffer = Buffer.alloc(0)
  #batch: Buffer[] = []
  #started = false;

  /** @throws RangeError when the bytes are not the protocol */
  *read(bytes: Buffer): Generator<ClientRequest> {
    this.#pending = this.#pending.length === 0 ? bytes : Buffer.concat([this.#pending, bytes])
    for (;;) {
      const headerBytes = this.#started ? 5 : 8
      if (this.#pending.length < headerBytes) return
      const length = this.#started ? this.#pending.readInt32BE(1) + 1 : this.#pending.readInt32BE(0)
      if (length < headerBytes || length > MAX_MESSAGE_BYTES) {
        throw new RangeError(`A message of ${length} bytes is not the Postgres protocol`)
      }
      if (this.#pending.length < length) return
      const message = this.#pending.subarray(0, length)
      this.#pending = this.#pending.subarray(length)
      yield* this.#started ? this.#typed(message) : this.#startup(message)
    }
  }

  *#startup(message: Buffer): Generator<ClientRequest> {
    const code = message.readInt32BE(4)
    if (code === SSL_REQUEST || code === GSS_REQUEST) {
      yield { type: 'encryption' }
    } else if (code === CANCEL_REQUEST) {
      yield { type: 'cancel' }
    } else {
      this.#started = true
      yield { type: 'batch', bytes: message }
    }
  }

  *#typed(message: Buffer): Generator<ClientRequest> {
    const type = String.fromCharCode(message[0] ?? 0)
    if (type === 'X') {
      yield { type: 'terminate' }
      return
    }
    this.#batch.push(message)
    if (type === 'Q' || type === 'S') {
      const bytes = this.#batch.length === 1 ? message : Buffer.concat(this.#batch)
      this.#batch = []
      yield { type: 'batch', bytes }
    }
  }
}
