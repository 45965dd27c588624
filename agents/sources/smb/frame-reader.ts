import { malformed } from './smb-error.ts'

const HEAD_BYTES = 4

/** A message with its length before it, as it goes over TCP. */
export function encodeFrame(message: Buffer): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt32BE(message.length)
  return Buffer.concat([head, message])
}

/**
 * Cuts what comes over TCP into messages. Each is copied once, into memory of its own size, and no larger one is
 * begun than `maxBytes`.
 */
export class FrameReader {
  readonly #maxBytes: number
  readonly #head = Buffer.alloc(HEAD_BYTES)
  #headFilled = 0
  #frame: Buffer | undefined
  #filled = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The messages that are whole with this. @throws SmbError for what is no message */
  push(chunk: Buffer): Buffer[] {
    const whole: Buffer[] = []
    let at = 0
    while (at < chunk.length) {
      if (!this.#frame) {
        const taken = chunk.copy(this.#head, this.#headFilled, at)
        at += taken
        this.#headFilled += taken
        if (this.#headFilled < HEAD_BYTES) break
        this.#begin()
      } else {
        const taken = chunk.copy(this.#frame, this.#filled, at)
        at += taken
        this.#filled += taken
      }
      if (this.#frame && this.#filled === this.#frame.length) {
        whole.push(this.#frame)
        this.#frame = undefined
        this.#headFilled = 0
      }
    }
    return whole
  }

  #begin(): void {
    const length = this.#head.readUInt32BE()
    if (length > this.#maxBytes) throw malformed(`a message of ${length} bytes`)
    this.#frame = Buffer.allocUnsafe(length)
    this.#filled = 0
  }
}
