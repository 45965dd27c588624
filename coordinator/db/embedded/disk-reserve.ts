import { statfsSync } from 'node:fs'

/** Others write to the disk too. */
const LOOK_AFTER_BYTES = 16 * 1024 * 1024

/**
 * Keeps the last part of a disk free of new data, so that the write-ahead log always has room: when the log
 * cannot grow, the engine must end at once and cannot start until there is room, and nothing can be read.
 * A statement that would take from the reserve fails with "no space left on device" and the database goes on.
 *
 * open → held: `hold()`, when the database is open; its recovery may take from the reserve.
 */
export class DiskReserve {
  readonly #reserveBytes: number
  readonly #readFreeBytes: () => number
  #held = false
  /** What may be written before it is worth asking the file system again. */
  #leftBytes = 0

  constructor(reserveBytes: number, readFreeBytes: () => number) {
    this.#reserveBytes = reserveBytes
    this.#readFreeBytes = readFreeBytes
  }

  hold(): void {
    this.#held = true
  }

  /** Whether `bytes` more of data may be written. */
  allows(bytes: number): boolean {
    if (!this.#held) return true
    this.#leftBytes -= bytes
    if (this.#leftBytes < 0) {
      this.#leftBytes = Math.min(LOOK_AFTER_BYTES, this.#readFreeBytes() - this.#reserveBytes) - bytes
    }
    return this.#leftBytes >= 0
  }
}

/** What this user may still write to the file system of `folder`. */
export function readFreeBytes(folder: string): number {
  const { bavail, bsize } = statfsSync(folder)
  return bavail * bsize
}
