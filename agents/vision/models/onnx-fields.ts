import { type ByteReader, ProtobufError, type ProtobufField, ProtobufWalk } from './protobuf-walk.ts'

/** Ten times what large models have, and a few seconds of work. */
const MAX_FIELDS = 4_000_000

/** Where in the file a message lies. */
export type Message = { start: number; end: number }

/** The fields of all messages of one file, of which there may be only so many: a file is not looked into without end. */
export class OnnxFields {
  readonly #walk: ProtobufWalk
  #count = 0

  constructor(reader: ByteReader) {
    this.#walk = new ProtobufWalk(reader)
  }

  /** @throws ProtobufError for what is no message, and for a file with more parts than any model */
  async *of(message: Message): AsyncGenerator<ProtobufField> {
    for await (const field of this.#walk.fields(message.start, message.end)) {
      this.#count += 1
      if (this.#count > MAX_FIELDS) throw new ProtobufError('has more parts than any model')
      yield field
    }
  }

  text(field: Message): Promise<string> {
    return this.#walk.text(field)
  }
}
