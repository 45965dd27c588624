/** Bytes that can be asked for at any place. Gives fewer than asked for only at the end. */
export type ByteReader = { sizeBytes: number; read(offset: number, length: number): Promise<Uint8Array> }

/** A field of a message as it lies in the file. Numbers are cut to 53 bits. */
export type ProtobufField =
  | { number: number; kind: 'number'; value: number }
  | { number: number; kind: 'bytes'; start: number; end: number }

/** The bytes are no protobuf message, or not all of one. */
export class ProtobufError extends Error {}

const WINDOW_BYTES = 65_536
const MAX_VARINT_BYTES = 10

/**
 * Reads protobuf messages from place to place without holding more than a window of them: what is not looked into is
 * skipped, however large it is.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export class ProtobufWalk {
  readonly #reader: ByteReader
  #window: Uint8Array = new Uint8Array()
  #windowStart = 0

  constructor(reader: ByteReader) {
    this.#reader = reader
  }

  /**
   * The fields of the message between two places, in their order.
   *
   * @throws ProtobufError when a field does not end inside, or is none
   */
  async *fields(start: number, end: number): AsyncGenerator<ProtobufField> {
    let at = start
    while (at < end) {
      const tag = await this.#varint(at, end)
      const number = Math.floor(tag.value / 8)
      const wireType = tag.value % 8
      if (number === 0) throw new ProtobufError(`has a field without a number at byte ${at}`)
      if (wireType === 0) {
        const { value, next } = await this.#varint(tag.next, end)
        yield { number, kind: 'number', value }
        at = next
      } else if (wireType === 1 || wireType === 5) {
        at = tag.next + (wireType === 1 ? 8 : 4)
        if (at > end) throw new ProtobufError('ends in the middle of a number')
      } else if (wireType === 2) {
        const length = await this.#varint(tag.next, end)
        at = length.next + length.value
        if (at > end) throw new ProtobufError(`ends ${at - end} bytes too early`)
        yield { number, kind: 'bytes', start: length.next, end: at }
      } else {
        throw new ProtobufError(`has a field of an unknown kind at byte ${at}`)
      }
    }
  }

  /** @throws ProtobufError for a text longer than `maxBytes` */
  async text(field: { start: number; end: number }, maxBytes = 4_096): Promise<string> {
    const length = field.end - field.start
    if (length > maxBytes) throw new ProtobufError(`has a name of ${length} bytes`)
    await this.#provide(field.start, length)
    const offset = field.start - this.#windowStart
    return new TextDecoder().decode(this.#window.subarray(offset, offset + length))
  }

  async #varint(at: number, end: number): Promise<{ value: number; next: number }> {
    await this.#provide(at, MAX_VARINT_BYTES)
    let value = 0
    for (let index = 0; index < MAX_VARINT_BYTES && at + index < end; index += 1) {
      const byte = this.#window[at + index - this.#windowStart]
      if (byte === undefined) break
      value += (byte & 0x7f) * 2 ** (7 * index)
      if (byte < 0x80) return { value, next: at + index + 1 }
    }
    throw new ProtobufError('ends in the middle of a number')
  }

  /** Sees to it that the window holds these bytes, as far as there are any. */
  async #provide(start: number, length: number): Promise<void> {
    const windowEnd = this.#windowStart + this.#window.length
    if (start >= this.#windowStart && start + length <= windowEnd) return
    const wanted = Math.min(Math.max(WINDOW_BYTES, length), this.#reader.sizeBytes - start)
    this.#window = wanted > 0 ? await this.#reader.read(start, wanted) : new Uint8Array()
    this.#windowStart = start
  }
}
