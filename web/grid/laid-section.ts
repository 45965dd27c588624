import type { AssetTile } from '../../protocol/assets.ts'
import type { SectionLayout } from './layout-section.ts'

/** Pictures under one heading, as laid out now: `layout` covers the loaded tiles, `heightPx` the whole, estimated part included. */
export type LaidSection = {
  bucket: string
  heightPx: number
  tiles: readonly AssetTile[]
  layout: SectionLayout | undefined
}

/** Where a picture is: which section, and which of its tiles. */
export type TilePosition = { section: number; index: number }

/** Which tile an element of the page belongs to. */
export function positionOf(element: Element): TilePosition | null {
  const tile = element.closest<HTMLElement>('a[data-index]')
  return tile && { section: Number(tile.dataset.section), index: Number(tile.dataset.index) }
}
