import type { LaidSection, TilePosition } from './laid-section.ts'
import type { SectionRow } from './layout-section.ts'

export type GridKey = 'ArrowLeft' | 'ArrowRight' | 'ArrowUp' | 'ArrowDown'
type SectionAt = (index: number) => LaidSection | undefined

export function isGridKey(key: string): key is GridKey {
  return key === 'ArrowLeft' || key === 'ArrowRight' || key === 'ArrowUp' || key === 'ArrowDown'
}

/**
 * The tile that an arrow key leads to. Up and down go to the tile whose middle is nearest.
 *
 * A month that is not loaded yet is entered at its first tile: it will be there when the month is.
 */
export function moveInGrid(sectionAt: SectionAt, from: TilePosition, key: GridKey): TilePosition {
  const section = sectionAt(from.section)
  if (!section?.layout) return from
  if (key === 'ArrowRight') {
    if (from.index + 1 < section.tiles.length) return { ...from, index: from.index + 1 }
    return sectionAt(from.section + 1) ? { section: from.section + 1, index: 0 } : from
  }
  if (key === 'ArrowLeft') {
    if (from.index > 0) return { ...from, index: from.index - 1 }
    const above = sectionAt(from.section - 1)
    return above ? { section: from.section - 1, index: Math.max(0, above.tiles.length - 1) } : from
  }
  const rows = section.layout.rows
  const rowAt = rows.findIndex(({ end }) => from.index < end)
  const row = rows[rowAt]
  if (!row) return from
  const middlePx = middleOf(row, from.index)
  const step = key === 'ArrowDown' ? 1 : -1
  const next = rows[rowAt + step]
  if (next) return { ...from, index: nearestIn(next, middlePx) }
  const neighbour = sectionAt(from.section + step)
  if (!neighbour) return from
  const entered = step > 0 ? neighbour.layout?.rows[0] : neighbour.layout?.rows.at(-1)
  return { section: from.section + step, index: entered ? nearestIn(entered, middlePx) : 0 }
}

function middleOf(row: SectionRow, index: number): number {
  const at = index - row.start
  return (row.leftPx[at] ?? 0) + (row.widthPx[at] ?? 0) / 2
}

function nearestIn(row: SectionRow, middlePx: number): number {
  let best = row.start
  for (let index = row.start; index < row.end; index += 1) {
    if (Math.abs(middleOf(row, index) - middlePx) < Math.abs(middleOf(row, best) - middlePx)) best = index
  }
  return best
}
