import type { AssetTile } from '../../protocol/assets.ts'

export type Neighbours = {
  here: AssetTile | undefined
  /** The one before it; in the timeline that is the newer one. */
  newer: AssetTile | undefined
  /** The one after it. */
  older: AssetTile | undefined
}

/**
 * What lies beside a picture in the timeline, also across the border of a month.
 *
 * @param buckets months as the timeline has them, newest first
 * @param tilesOf the whole of one month; asked for a neighbouring month only at the border
 */
export async function findNeighbours(
  buckets: readonly string[],
  tilesOf: (bucket: string) => Promise<readonly AssetTile[]>,
  bucket: string,
  assetId: number,
): Promise<Neighbours> {
  const tiles = await tilesOf(bucket)
  const index = tiles.findIndex(({ id }) => id === assetId)
  if (index < 0) return { here: undefined, newer: undefined, older: undefined }
  const at = buckets.indexOf(bucket)
  const above = buckets[at - 1]
  const below = buckets[at + 1]
  const newer =
    tiles[index - 1] ?? (above === undefined || at < 0 ? undefined : (await tilesOf(above)).at(-1))
  const older = tiles[index + 1] ?? (below === undefined || at < 0 ? undefined : (await tilesOf(below))[0])
  return { here: tiles[index], newer, older }
}

/** The same in a list that is all there. */
export function neighboursIn(tiles: readonly AssetTile[], assetId: number): Neighbours {
  const index = tiles.findIndex(({ id }) => id === assetId)
  return index < 0
    ? { here: undefined, newer: undefined, older: undefined }
    : { here: tiles[index], newer: tiles[index - 1], older: tiles[index + 1] }
}
