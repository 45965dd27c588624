import type { AssetTile } from '../../protocol/assets.ts'
import { formatDuration } from './format-amount.ts'
import { formatLocal } from './format-when.ts'
import { markWords } from './mark-words.ts'
import { problemWords } from './problem-words.ts'

/** What a screen reader says for a picture of the gallery. */
export function tileLabel(tile: AssetTile): string {
  const parts = [tile.kind === 'video' ? 'Video' : 'Photo']
  parts.push(tile.capturedLocal ? formatLocal(tile.capturedLocal) : 'no date')
  if (tile.durationMs !== null && tile.kind === 'video') parts.push(formatDuration(tile.durationMs))
  parts.push(...markWords(tile))
  if (tile.hasRaw) parts.push('with RAW')
  if (tile.state === 'damaged') parts.push(damageWords(tile).toLowerCase())
  return parts.join(', ')
}

/** Why a tile has no whole picture. */
export function damageWords(tile: AssetTile): string {
  return tile.problemCode ? problemWords[tile.problemCode] : 'This file cannot be shown'
}
