import type { AssetTile } from '../../protocol/assets.ts'
import { MAX_BULK_ASSETS } from '../../protocol/edits.ts'
import type { BucketStore } from '../api/bucket-store.ts'
import type { TilePosition } from '../grid/laid-section.ts'
import type { TimelineModel } from './timeline-model.ts'

/**
 * All pictures from one place of the timeline to another, both included; months between them are loaded.
 *
 * @returns undefined when there are more than one edit may change
 */
export async function tilesBetween(
  model: TimelineModel,
  store: BucketStore,
  a: TilePosition,
  b: TilePosition,
): Promise<AssetTile[] | undefined> {
  const [from, to] = isBefore(a, b) ? [a, b] : [b, a]
  const buckets = model.buckets.slice(from.section, to.section + 1)
  const between = buckets.slice(1, -1).reduce((sum, { count }) => sum + count, 0)
  if (between > MAX_BULK_ASSETS) return undefined
  const tiles: AssetTile[] = []
  for (const [at, { bucket }] of buckets.entries()) {
    const all = await store.require(bucket)
    const start = at === 0 ? from.index : 0
    const end = at === buckets.length - 1 ? to.index + 1 : all.length
    tiles.push(...all.slice(start, end))
  }
  return tiles.length > MAX_BULK_ASSETS ? undefined : tiles
}

function isBefore(a: TilePosition, b: TilePosition): boolean {
  return a.section < b.section || (a.section === b.section && a.index <= b.index)
}
