import { messagesOf } from './answer-messages.ts'

const PARSE = 0x50
const PARSE_COMPLETE = 0x31
/** Type and length, nothing more. */
const parseComplete = Buffer.from([PARSE_COMPLETE, 0, 0, 0, 4])

/** What a batch is sent as, and how what the engine says to that becomes the answer to the batch. */
export type SharedBatch = { bytes: Uint8Array; answer: (said: Buffer) => Buffer }

/**
 * Named statements of clients that share one session, in which a name can be taken once: whoever prepares what another
 * one has prepared under the same name is told that it is done. It is planned once for all of them.
 *
 * Looks at the first message of a batch only: the `pg` driver prepares one statement with each. A name that is known with
 * another text goes on to the engine, which refuses it.
 */
export class SharedStatements {
  /** Text and types of the parameters, by name. */
  readonly #known = new Map<string, string>()

  /** @param batch messages of an extended query, or any other */
  share(batch: Uint8Array): SharedBatch {
    const bytes = Buffer.from(batch.buffer, batch.byteOffset, batch.byteLength)
    const parse = readParse(bytes)
    if (!parse) return { bytes: batch, answer: (said) => said }
    const { name, rest, end } = parse
    if (this.#known.get(name) === rest)
      return { bytes: bytes.subarray(end), answer: (said) => Buffer.concat([parseComplete, said]) }
    return {
      bytes: batch,
      answer: (said) => {
        // It stays, whatever became of the rest of the batch or of its transaction.
        if (messagesOf(said).some((message) => message[0] === PARSE_COMPLETE)) this.#known.set(name, rest)
        return said
      },
    }
  }
}

/** @see https://www.postgresql.org/docs/17/protocol-message-formats.html */
function readParse(bytes: Buffer): { name: string; rest: string; end: number } | undefined {
  if (bytes[0] !== PARSE || bytes.length < 5) return undefined
  const end = 1 + bytes.readInt32BE(1)
  const nameEnd = bytes.indexOf(0, 5)
  if (end > bytes.length || nameEnd <= 5 || nameEnd >= end) return undefined
  return {
    name: bytes.toString('latin1', 5, nameEnd),
    rest: bytes.toString('latin1', nameEnd + 1, end),
    end,
  }
}
