import type { AssetTile, TimelineBucket } from '../../protocol/assets.ts'
import { dayOf } from '../ui/format-when.ts'
import { packRows } from './pack-rows.ts'

/** A panorama or a strip keeps a size that can be seen and hit; the picture is cropped to it in the grid. */
const MIN_ASPECT = 0.5
const MAX_ASPECT = 3.4
const GAP_PX = 4
/** Between two days in one row. */
const DAY_GAP_PX = 16
/** Above a row in which a day begins: room for its caption. */
const CAPTION_PX = 32
const BOTTOM_PX = 24

export type GridOptions = {
  widthPx: number
  targetHeightPx: number
  headerPx: number
  /** Off where the order is not that of time: no captions and no gaps between days. */
  hasDays?: boolean
}

export type SectionRow = {
  start: number
  end: number
  /** From the section's top edge, header included; captions lie above it. */
  topPx: number
  heightPx: number
  /** Left edge and width of each tile of the row, whole pixels. */
  leftPx: number[]
  widthPx: number[]
  /** Days that begin in this row: index of the tile and the day. */
  days: { index: number; day: string }[]
}

export type SectionLayout = { heightPx: number; rows: SectionRow[] }

/** Row height that shows about as many pictures as one can take in at that width. */
export function targetRowHeight(widthPx: number): number {
  if (widthPx < 500) return 112
  if (widthPx < 900) return 160
  return widthPx < 1600 ? 208 : 240
}

/** Places the tiles of one month, or of the part of it that is loaded. Linear in their number. */
export function layoutSection(tiles: readonly AssetTile[], grid: GridOptions): SectionLayout {
  const days = tiles.map((tile) => (grid.hasDays === false ? null : dayOf(tile.capturedLocal)))
  const isDayStart = (index: number) => days[index] !== null && days[index] !== days[index - 1]
  const gapBeforePx = (index: number) => (isDayStart(index) ? DAY_GAP_PX : GAP_PX)
  const aspects = tiles.map((tile) => clamp(tile.widthPx / tile.heightPx, MIN_ASPECT, MAX_ASPECT))
  const packed = packRows(aspects, {
    widthPx: grid.widthPx,
    targetHeightPx: grid.targetHeightPx,
    gapBeforePx,
  })

  const rows: SectionRow[] = []
  let bottomPx = grid.headerPx
  for (const [at, { start, end, heightPx: exactHeightPx }] of packed.entries()) {
    const starts: SectionRow['days'] = []
    for (let index = start; index < end; index += 1) {
      if (isDayStart(index)) starts.push({ index, day: days[index] as string })
    }
    const isStretched = at < packed.length - 1 || exactHeightPx < grid.targetHeightPx
    const edges = placeTiles(
      aspects,
      start,
      end,
      exactHeightPx,
      gapBeforePx,
      isStretched ? grid.widthPx : undefined,
    )
    const topPx = bottomPx + (starts.length > 0 ? CAPTION_PX : at === 0 ? 0 : GAP_PX)
    const heightPx = Math.max(1, Math.round(exactHeightPx))
    rows.push({ start, end, topPx, heightPx, ...edges, days: starts })
    bottomPx = topPx + heightPx
  }
  return { heightPx: bottomPx + BOTTOM_PX, rows }
}

/** Rounds edges, not widths, so that rows end exactly at the right border. */
function placeTiles(
  aspects: readonly number[],
  start: number,
  end: number,
  heightPx: number,
  gapBeforePx: (index: number) => number,
  fillPx: number | undefined,
): { leftPx: number[]; widthPx: number[] } {
  const leftPx: number[] = []
  const widthPx: number[] = []
  let x = 0
  for (let index = start; index < end; index += 1) {
    if (index > start) x += gapBeforePx(index)
    const left = Math.round(x)
    x += (aspects[index] as number) * heightPx
    const right = fillPx !== undefined && index === end - 1 ? fillPx : Math.round(x)
    leftPx.push(left)
    widthPx.push(Math.max(1, right - left))
  }
  return { leftPx, widthPx }
}

/** Height of a month that is not loaded; replaced by the real one as soon as it is. */
export function estimateSectionHeight(
  bucket: Pick<TimelineBucket, 'count' | 'aspectSum'>,
  grid: GridOptions,
): number {
  return grid.headerPx + estimateRowsHeight(bucket.count, bucket.aspectSum, grid) + BOTTOM_PX
}

/** Height of the rows of `count` pictures whose aspects add up to `aspectSum`. */
export function estimateRowsHeight(count: number, aspectSum: number, grid: GridOptions): number {
  if (count <= 0) return 0
  const lineWidthPx = aspectSum * grid.targetHeightPx + count * GAP_PX
  const rows = Math.max(1, Math.ceil(lineWidthPx / grid.widthPx))
  // How many days begin is not known: most rows of a small month, hardly any of a large one.
  const captions = Math.min(rows, 20)
  return rows * (grid.targetHeightPx + GAP_PX) + captions * (CAPTION_PX - GAP_PX)
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value))
}
