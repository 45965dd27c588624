import { useSyncExternalStore } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import type { Marks } from './marks.ts'
import { useServices } from './services.ts'

/** A tile with what is on its way to the server laid over it. */
export function useShown<T extends { id: number } & Marks>(tile: T | undefined): T | undefined {
  const { curator } = useServices()
  useSyncExternalStore(curator.onChange, () => curator.version)
  return tile && curator.shown(tile)
}

/** What is chosen; draws again whenever that changes. */
export function useChosen(): ReadonlyMap<number, AssetTile> {
  const { selection } = useServices()
  return useSyncExternalStore(selection.onChange, () => selection.chosen)
}
