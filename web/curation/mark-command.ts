import type { AssetTile } from '../../protocol/assets.ts'
import type { Edit } from '../../protocol/curation.ts'
import type { Marks } from '../api/marks.ts'
import { labelKeys } from '../ui/label-colours.ts'
import { ratingWords } from '../ui/mark-words.ts'

/** What one key, or one button, says about pictures. */
export type MarkCommand =
  | { type: 'rate'; rating: number | null }
  | { type: 'pick' }
  | { type: 'label'; label: string }
  | { type: 'favourite' }

export type Marked = Pick<AssetTile, 'id' | keyof Marks>
export type MarkPlan<T extends Marked> = { what: string; tiles: readonly T[]; edit: Edit }

/** @param key as `KeyboardEvent.key` has it; undefined is returned for one that means nothing here */
export function readMarkKey(key: string): MarkCommand | undefined {
  if (/^[0-5]$/.test(key)) return { type: 'rate', rating: Number(key) }
  const label = labelKeys.find((known) => known.key === key)?.label
  if (label) return { type: 'label', label }
  switch (key.toLowerCase()) {
    case 'x':
      return { type: 'rate', rating: -1 }
    case 'u':
      return { type: 'rate', rating: null }
    case 'p':
      return { type: 'pick' }
    case 'f':
      return { type: 'favourite' }
    default:
      return undefined
  }
}

/**
 * Which pictures a command changes, and to what.
 *
 * A pick is one star for what has none or was rejected, so that more stars survive it. Label and favourite are taken
 * away again where all of the pictures have them.
 */
export function planMarks<T extends Marked>(command: MarkCommand, tiles: readonly T[]): MarkPlan<T> {
  if (command.type === 'rate') {
    const { rating } = command
    return { what: ratingWords(rating), tiles, edit: { rating } }
  }
  if (command.type === 'pick') {
    const without = tiles.filter(({ rating }) => (rating ?? 0) <= 0)
    return { what: 'picked, 1 star', tiles: without, edit: { rating: 1 } }
  }
  if (command.type === 'label') {
    const { label } = command
    const isTaken = tiles.every((tile) => tile.label === label)
    return {
      what: isTaken ? `no ${label.toLowerCase()} label` : `${label.toLowerCase()} label`,
      tiles,
      edit: { label: isTaken ? null : label },
    }
  }
  const isTaken = tiles.every(({ favourite }) => favourite)
  return { what: isTaken ? 'no favourite' : 'favourite', tiles, edit: { favourite: !isTaken } }
}
