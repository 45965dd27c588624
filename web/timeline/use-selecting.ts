import { useMemo } from 'react'
import type { AssetTile } from '../../protocol/assets.ts'
import { MAX_BULK_ASSETS } from '../../protocol/edits.ts'
import { useServices } from '../api/services.ts'
import type { TilePosition } from '../grid/laid-section.ts'
import { sayTooMany } from '../grid/say-too-many.ts'
import type { Selecting } from '../grid/use-grid-input.ts'
import { bucketOf, dayOf } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import { tilesBetween } from './select-range.ts'
import type { TimelineModel } from './timeline-model.ts'

/** How pictures of the timeline are chosen. */
export function useSelecting(model: TimelineModel): Selecting {
  const { bucketStore, selection } = useServices()
  return useMemo(() => {
    const tileAt = ({ section, index }: TilePosition) => model.section(section)?.tiles[index]
    const add = (tiles: readonly AssetTile[] | undefined, isChosen: boolean, anchor?: AssetTile | null) => {
      if (!tiles || !selection.set(tiles, isChosen, anchor)) sayTooMany()
    }
    const extend = async (to: TilePosition, from?: TilePosition) => {
      const last = selection.anchor
      const start = (last && model.locate(bucketOf(last.capturedLocal), last.id)) ?? from ?? to
      const anchor = tileAt(start)
      add(await tilesBetween(model, bucketStore, start, to), true, anchor)
    }
    const toggleDay = async (section: number, day: string) => {
      const bucket = model.buckets[section]?.bucket
      if (bucket === undefined) return
      const tiles = (await bucketStore.require(bucket)).filter((tile) => dayOf(tile.capturedLocal) === day)
      const isWhole = tiles.every(({ id }) => selection.has(id))
      add(tiles, !isWhole, tiles[0])
    }
    return {
      tileAt,
      toggle: (position) => {
        const tile = tileAt(position)
        if (tile && !selection.has(tile.id) && selection.size >= MAX_BULK_ASSETS) sayTooMany()
        else if (tile) selection.toggle(tile)
      },
      extend: (to, from) => extend(to, from).catch(sayError('Not selected')),
      toggleDay: (section, day) => toggleDay(section, day).catch(sayError('Not selected')),
    }
  }, [model, bucketStore, selection])
}
