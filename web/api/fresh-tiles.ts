import type { AssetTile } from '../../protocol/assets.ts'
import { bucketOf } from '../ui/format-when.ts'
import type { BucketStore } from './bucket-store.ts'

/** The same pictures as the timeline knows them by now; one whose month is no longer kept stays as it was. */
export function freshTiles(store: BucketStore, tiles: readonly AssetTile[]): AssetTile[] {
  const months = new Map<string, Map<number, AssetTile>>()
  return tiles.map((tile) => {
    const bucket = bucketOf(tile.capturedLocal)
    const month = months.get(bucket) ?? new Map(store.find(bucket)?.tiles.map((known) => [known.id, known]))
    months.set(bucket, month)
    return month.get(tile.id) ?? tile
  })
}
