/** A mask as a test writes it: one string a row, `#` inside. */
export function describeMask(rows: readonly string[]): {
  bits: Uint8Array
  heightPx: number
  widthPx: number
} {
  const bits = Uint8Array.from(rows.join(''), (character) => (character === '#' ? 1 : 0))
  return { bits, heightPx: rows.length, widthPx: rows[0]!.length }
}

export type RandomMask = { columns: Buffer; heightPx: number; widthPx: number }

/**
 * The same masks every time and in every language (a linear congruential generator, modulo 2 ** 32): by turns noise,
 * ragged runs, a rectangle, and wholly empty or full ones. Column by column.
 */
export function* randomMasks(count: number): Generator<RandomMask> {
  let state = 1
  const next = (below: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return (state >>> 8) % below
  }
  for (let i = 0; i < count; i += 1) {
    const heightPx = 1 + next(48)
    const widthPx = 1 + next(48)
    const columns = Buffer.alloc(heightPx * widthPx)
    const kind = i % 4
    if (kind === 0) {
      const density = next(101)
      for (let at = 0; at < columns.length; at += 1) columns[at] = next(100) < density ? 1 : 0
    } else if (kind === 1) {
      let value = next(2)
      for (let at = 0; at < columns.length; value = 1 - value) {
        const end = Math.min(at + 1 + next(3 * heightPx), columns.length)
        columns.fill(value, at, end)
        at = end
      }
    } else if (kind === 2) {
      const [left, top] = [next(widthPx), next(heightPx)]
      const [right, bottom] = [left + 1 + next(widthPx - left), top + 1 + next(heightPx - top)]
      for (let x = left; x < right; x += 1) columns.fill(1, x * heightPx + top, x * heightPx + bottom)
    } else {
      columns.fill(next(2))
    }
    yield { columns, heightPx, widthPx }
  }
}
