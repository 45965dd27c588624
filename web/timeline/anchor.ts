import type { LaidSection } from '../grid/laid-section.ts'

/** What lies at the top of the screen, in words that survive a new layout. */
export type Anchor = {
  bucket: string
  /** First picture of the row there; null inside a part that is not loaded. */
  assetId: number | null
  /** From the row's top when there is a row, else share of the section's height. */
  intoPx: number
  share: number
}

/** @param offsetPx from the section's top */
export function findAnchor(section: LaidSection, offsetPx: number): Anchor {
  const rows = section.layout?.rows ?? []
  const row = rows.findLast((candidate) => candidate.topPx <= offsetPx)
  const isInRow = row !== undefined && offsetPx <= row.topPx + row.heightPx + 40
  return {
    bucket: section.bucket,
    assetId: isInRow ? (section.tiles[row.start]?.id ?? null) : null,
    intoPx: isInRow ? offsetPx - row.topPx : offsetPx,
    share: section.heightPx === 0 ? 0 : offsetPx / section.heightPx,
  }
}

/** Where the anchor lies in a new layout of its section, from the section's top. */
export function locateAnchor(section: LaidSection, anchor: Anchor): number {
  if (anchor.assetId !== null && section.layout) {
    const index = section.tiles.findIndex((tile) => tile.id === anchor.assetId)
    const row = index < 0 ? undefined : section.layout.rows.find(({ end }) => index < end)
    if (row) return Math.min(row.topPx + anchor.intoPx, section.heightPx)
  }
  // Near its top a section keeps its heading where it is; further down the share is the best guess.
  return anchor.intoPx < 64 && anchor.assetId === null
    ? anchor.intoPx
    : Math.round(anchor.share * section.heightPx)
}
