/** Where each section of the timeline begins. `tops` has one entry more than there are sections: the total. */
export type SectionMap = { tops: Float64Array }

export function mapSections(heightsPx: ArrayLike<number>): SectionMap {
  const tops = new Float64Array(heightsPx.length + 1)
  for (let index = 0; index < heightsPx.length; index += 1) {
    tops[index + 1] = (tops[index] as number) + (heightsPx[index] as number)
  }
  return { tops }
}

export function totalHeight(map: SectionMap): number {
  return map.tops[map.tops.length - 1] as number
}

/** Index of the section that contains `yPx`; the first or last one outside. -1 when there are none. */
export function sectionAt(map: SectionMap, yPx: number): number {
  let low = 0
  let high = map.tops.length - 2
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((map.tops[middle] as number) <= yPx) low = middle
    else high = middle - 1
  }
  return high < 0 ? -1 : low
}

/** First and last section that touch `fromPx..toPx`, inclusive; empty when `last < first`. */
export function sectionsBetween(
  map: SectionMap,
  fromPx: number,
  toPx: number,
): { first: number; last: number } {
  const first = sectionAt(map, fromPx)
  return first < 0 ? { first: 0, last: -1 } : { first, last: sectionAt(map, toPx) }
}

/** Rows of a section that touch `fromPx..toPx` (from the section's top), `end` exclusive. Rows are in order. */
export function rowsBetween(
  rows: readonly { topPx: number; heightPx: number }[],
  fromPx: number,
  toPx: number,
): { first: number; end: number } {
  const firstBelow = (y: number) => {
    let low = 0
    let high = rows.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((rows[middle]?.topPx ?? 0) <= y) low = middle + 1
      else high = middle
    }
    return low
  }
  const end = firstBelow(toPx)
  let first = firstBelow(fromPx)
  const above = rows[first - 1]
  if (above && above.topPx + above.heightPx >= fromPx) first -= 1
  return { first, end: Math.max(first, end) }
}
