const NEWLINE = 0x0a

/** Cuts a stream of bytes after newlines: whole lines come out, as many as there are at once. */
export class LineSplitter {
  /** Bytes after the last newline, in the parts they came in: a row may be longer than many parts. */
  #rest: Buffer[] = []

  /** The lines that are whole now; empty while none is. */
  take(bytes: Buffer): Buffer {
    const end = bytes.lastIndexOf(NEWLINE) + 1
    if (end === 0) {
      if (bytes.length > 0) this.#rest.push(bytes)
      return Buffer.alloc(0)
    }
    const lines =
      this.#rest.length === 0
        ? bytes.subarray(0, end)
        : Buffer.concat([...this.#rest, bytes.subarray(0, end)])
    this.#rest = end < bytes.length ? [bytes.subarray(end)] : []
    return lines
  }

  get isAtLineStart(): boolean {
    return this.#rest.length === 0
  }
}
