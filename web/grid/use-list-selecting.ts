import { useMemo } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { useServices } from '../api/services.ts'
import type { TilePosition } from './laid-section.ts'
import { sayTooMany } from './say-too-many.ts'
import type { Selecting } from './use-grid-input.ts'

/** How pictures of a list are chosen that is all there. */
export function useListSelecting(tiles: readonly AssetTile[]): Selecting {
  const { selection } = useServices()
  return useMemo(() => {
    const tileAt = ({ index }: TilePosition) => tiles[index]
    return {
      tileAt,
      toggle: (position) => {
        const tile = tileAt(position)
        if (tile && !selection.set([tile], !selection.has(tile.id), tile)) sayTooMany()
      },
      extend: (to, from) => {
        const anchorAt = tiles.findIndex(({ id }) => id === selection.anchor?.id)
        const start = anchorAt >= 0 ? anchorAt : (from ?? to).index
        const between = tiles.slice(Math.min(start, to.index), Math.max(start, to.index) + 1)
        if (!selection.set(between, true, tiles[start] ?? null)) sayTooMany()
      },
    }
  }, [tiles, selection])
}
