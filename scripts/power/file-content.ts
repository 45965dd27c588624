import type { FileBytes } from './disk-record.ts'

/** The bytes of one file, which grow without being copied each time. */
export class FileContent {
  /** Zero from `#sizeBytes` on. */
  #buffer: Buffer
  #sizeBytes: number

  constructor(bytes: Buffer = Buffer.alloc(0)) {
    this.#buffer = bytes
    this.#sizeBytes = bytes.length
  }

  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Not a copy. */
  get bytes(): Buffer {
    return this.#buffer.subarray(0, this.#sizeBytes)
  }

  copy(): FileContent {
    return new FileContent(Buffer.from(this.bytes))
  }

  write(at: number, { data, length }: FileBytes): void {
    this.#reserve(at + length)
    if (data) data.copy(this.#buffer, at)
    else this.#buffer.fill(0, at, at + length)
    this.#sizeBytes = Math.max(this.#sizeBytes, at + length)
  }

  /** What is added is zero. */
  resize(sizeBytes: number): void {
    this.#reserve(sizeBytes)
    if (sizeBytes < this.#sizeBytes) this.#buffer.fill(0, sizeBytes, this.#sizeBytes)
    this.#sizeBytes = sizeBytes
  }

  #reserve(sizeBytes: number): void {
    if (sizeBytes <= this.#buffer.length) return
    const grown = Buffer.alloc(Math.max(sizeBytes, 2 * this.#buffer.length))
    this.#buffer.copy(grown, 0, 0, this.#sizeBytes)
    this.#buffer = grown
  }
}
