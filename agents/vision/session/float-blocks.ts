/** Of all that wait to be used again: more than a few pictures of a size are never on their way at once. */
const KEPT_BYTES = 128 * 1024 ** 2

/**
 * Blocks of numbers that are used over and over, each for one run at a time. Five megabytes for each picture take
 * longer to be asked from the system, filled with zeros and collected again than to be filled with a picture.
 *
 * A block that does not come back is collected as anything else is.
 */
export class FloatBlocks {
  readonly #free = new Map<number, Float32Array[]>()
  readonly #lent = new WeakSet<Float32Array>()
  #freeBytes = 0

  /** @returns so many numbers, whatever they are: all of them must be set */
  take(length: number): Float32Array {
    let block = this.#free.get(length)?.pop()
    if (block) this.#freeBytes -= block.byteLength
    else block = new Float32Array(length)
    this.#lent.add(block)
    return block
  }

  /** Whether a block is for one run alone: it may leave the thread, instead of being copied. */
  isLent(data: ArrayBufferView): boolean {
    return this.#lent.has(data as Float32Array)
  }

  /** @param block that has served its run; nobody else has it any more */
  giveBack(block: Float32Array): void {
    this.#lent.delete(block)
    if (this.#freeBytes + block.byteLength > KEPT_BYTES) return
    const same = this.#free.get(block.length) ?? []
    this.#free.set(block.length, same)
    same.push(block)
    this.#freeBytes += block.byteLength
  }
}

/** Those of this thread. */
export const floatBlocks = new FloatBlocks()
