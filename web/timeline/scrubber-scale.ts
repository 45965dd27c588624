import { type SectionMap, sectionAt, totalHeight } from './section-map.ts'

/** Two labels closer than this would touch. */
const MIN_LABEL_DISTANCE_PX = 22

export type YearLabel = { year: string; yPx: number; section: number }

/** Virtual position for a place on the track. */
export function positionAt(map: SectionMap, trackPx: number, yPx: number): number {
  const share = Math.min(1, Math.max(0, yPx / Math.max(1, trackPx)))
  return share * totalHeight(map)
}

/** Place on the track for a virtual position. */
export function trackAt(map: SectionMap, trackPx: number, positionPx: number): number {
  const total = totalHeight(map)
  return total === 0 ? 0 : Math.min(1, Math.max(0, positionPx / total)) * trackPx
}

/** One label where each year begins (newest first), leaving out those that would touch the one above. */
export function yearLabels(buckets: readonly string[], map: SectionMap, trackPx: number): YearLabel[] {
  const labels: YearLabel[] = []
  let lastYear: string | undefined
  for (const [section, bucket] of buckets.entries()) {
    const year = bucket.slice(0, 4)
    if (bucket === 'undated' || year === lastYear) continue
    lastYear = year
    const yPx = trackAt(map, trackPx, map.tops[section] as number)
    const above = labels.at(-1)
    if (above && yPx - above.yPx < MIN_LABEL_DISTANCE_PX) continue
    labels.push({ year, yPx, section })
  }
  return labels
}

export type ScrubStep = 'older' | 'newer' | 'year-older' | 'year-newer' | 'first' | 'last'

/** The section that a key leads to from the one at `positionPx`. */
export function stepSection(
  buckets: readonly string[],
  map: SectionMap,
  positionPx: number,
  step: ScrubStep,
): number {
  const last = buckets.length - 1
  const here = sectionAt(map, positionPx + 1)
  const year = (index: number) => buckets[index]?.slice(0, 4)
  if (step === 'first') return 0
  if (step === 'last') return last
  if (step === 'older') return Math.min(last, here + 1)
  if (step === 'newer') return Math.max(0, here - 1)
  const direction = step === 'year-older' ? 1 : -1
  let at = here
  while (at + direction >= 0 && at + direction <= last && year(at) === year(here)) at += direction
  // Upwards the search ends at the last month of the newer year; its first month is where the year begins.
  if (direction < 0) while (at > 0 && year(at - 1) === year(at)) at -= 1
  return at
}
