import { useQuery } from '@tanstack/react-query'
import { useParams } from '@tanstack/react-router'
import { useSyncExternalStore } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { freshTiles } from '../api/fresh-tiles.ts'
import { assetQuery } from '../api/queries.ts'
import { useServices } from '../api/services.ts'

/** What keys change: the picture in the viewer, else what is chosen, else the picture with the focus. */
export type Targets = {
  where: 'viewer' | 'selection' | 'focus' | 'nothing'
  count: number
  /** As they are now, with what is on its way. */
  tiles: () => AssetTile[]
}

export function useTargets(): Targets {
  const { bucketStore, curator, selection } = useServices()
  const { assetId } = useParams({ strict: false })
  const id = Number(assetId)
  const viewed = useQuery({ ...assetQuery(id), enabled: assetId !== undefined && id > 0 }).data
  const chosen = useSyncExternalStore(selection.onChange, () => selection.chosen)
  const focused = useSyncExternalStore(selection.onChange, () => selection.focused)
  useSyncExternalStore(curator.onChange, () => curator.version)

  const shown = (tiles: readonly AssetTile[]) => tiles.map((tile) => curator.shown(tile))
  if (assetId !== undefined) {
    const one = viewed?.id === id ? [viewed] : []
    return { where: 'viewer', count: one.length, tiles: () => shown(one) }
  }
  if (chosen.size > 0)
    return {
      where: 'selection',
      count: chosen.size,
      tiles: () => shown(freshTiles(bucketStore, [...chosen.values()])),
    }
  if (focused) return { where: 'focus', count: 1, tiles: () => shown(freshTiles(bucketStore, [focused])) }
  return { where: 'nothing', count: 0, tiles: () => [] }
}
