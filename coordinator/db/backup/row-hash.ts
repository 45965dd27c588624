import { hash } from 'node:crypto'

const NEWLINE = 0x0a
const LANES = 8

/**
 * Says of many rows whether they are the same ones, in whatever order.
 *
 * The SHA-256 of each row, as eight 32-bit numbers, is added to eight sums that wrap around. Rows are not
 * sorted first: two databases need not agree on an order of texts, and sorting costs more than hashing.
 */
export class RowHash {
  rows = 0
  readonly #sums = new Uint32Array(LANES)

  /** @param lines whole rows, each with its newline */
  add(lines: Buffer): void {
    for (let start = 0; start < lines.length; ) {
      const end = lines.indexOf(NEWLINE, start)
      if (end < 0) throw new RangeError('The last row has no end')
      const digest = hash('sha256', lines.subarray(start, end), 'buffer')
      for (let lane = 0; lane < LANES; lane += 1) {
        this.#sums[lane] = this.#sums[lane]! + digest.readUInt32LE(lane * 4)
      }
      this.rows += 1
      start = end + 1
    }
  }

  /** 64 hexadecimal digits. */
  digest(): string {
    return Array.from(this.#sums, (sum) => sum.toString(16).padStart(8, '0')).join('')
  }
}
