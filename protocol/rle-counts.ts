/**
 * COCO's code for run lengths: each number in groups of five bits, the low ones first, as characters from `0` to `o`;
 * 0x20 says that another group follows, and 0x10 of the last group is the sign. From the fourth run on it is the
 * difference to the run before the last, which is of the same colour and mostly nearly as long.
 *
 * @see https://github.com/cocodataset/cocoapi/blob/master/common/maskApi.c `rleToString`, `rleFrString`
 */
const FIRST_CHARACTER = 48
const MORE = 0x20
const SIGN = 0x10
/** Six groups hold every difference of two runs of a mask: these are far below 2 ** 29. */
const MAX_GROUPS = 6

const latin1 = new TextDecoder('latin1')

/** Writes run lengths one after another, without keeping them. */
export class CountsWriter {
  #characters = new Uint8Array(1_024)
  #length = 0
  #runs = 0
  /** The run before the last, and the last. */
  #beforeLast = 0
  #last = 0

  write(run: number): void {
    let rest = this.#runs > 2 ? run - this.#beforeLast : run
    this.#beforeLast = this.#last
    this.#last = run
    this.#runs += 1
    if (this.#length + MAX_GROUPS > this.#characters.length) this.#grow()
    for (;;) {
      const group = rest & 0x1f
      rest >>= 5
      const isLast = group & SIGN ? rest === -1 : rest === 0
      this.#characters[this.#length++] = FIRST_CHARACTER + (isLast ? group : group | MORE)
      if (isLast) return
    }
  }

  toString(): string {
    return latin1.decode(this.#characters.subarray(0, this.#length))
  }

  #grow(): void {
    const larger = new Uint8Array(this.#characters.length * 2)
    larger.set(this.#characters)
    this.#characters = larger
  }
}

/**
 * The run lengths of a compressed string, the first of zeros; runs may be 0.
 *
 * @returns undefined when the string is cut off or its runs are not `pixels` long together
 */
export function findRuns(counts: string, pixels: number): Uint32Array | undefined {
  const runs = new Uint32Array(counts.length)
  let found = 0
  let total = 0
  let at = 0
  while (at < counts.length) {
    let run = 0
    let shift = 0
    for (;;) {
      const group = counts.charCodeAt(at++) - FIRST_CHARACTER
      // Also beyond the end, where the code is no number.
      if (!(group >= 0 && group < 64) || shift === MAX_GROUPS * 5) return undefined
      run |= (group & 0x1f) << shift
      shift += 5
      if (group & MORE) continue
      if (group & SIGN) run |= -1 << shift
      break
    }
    if (found > 2) run += runs[found - 2]!
    total += run
    if (run < 0 || total > pixels) return undefined
    runs[found++] = run
  }
  return total === pixels ? runs.subarray(0, found) : undefined
}
