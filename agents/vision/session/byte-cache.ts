/**
 * Keeps what was used last, up to so many bytes in all. What is larger than the whole is not kept.
 */
export class ByteCache<T> {
  readonly #maxBytes: number
  readonly #onDrop: (value: T) => void
  /** The one used longest ago first. */
  readonly #entries = new Map<string, { value: T; sizeBytes: number }>()
  #sizeBytes = 0

  /** @param onDrop told of what is not kept any more, or not at all */
  constructor(maxBytes: number, onDrop: (value: T) => void = () => undefined) {
    this.#maxBytes = maxBytes
    this.#onDrop = onDrop
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key)
    if (entry === undefined) return undefined
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    return entry.value
  }

  set(key: string, value: T, sizeBytes: number): void {
    this.delete(key)
    if (sizeBytes > this.#maxBytes) {
      this.#onDrop(value)
      return
    }
    this.#entries.set(key, { value, sizeBytes })
    this.#sizeBytes += sizeBytes
    for (const oldest of this.#entries.keys()) {
      if (this.#sizeBytes <= this.#maxBytes) return
      this.delete(oldest)
    }
  }

  delete(key: string): void {
    const entry = this.#entries.get(key)
    if (entry === undefined) return
    this.#entries.delete(key)
    this.#sizeBytes -= entry.sizeBytes
    this.#onDrop(entry.value)
  }
}
