import type { AssetTile } from '../../protocol/assets.ts'

/** `3 stars`, `rejected`, `not rated`. Nothing is ever deleted for being rejected. */
export function ratingWords(rating: number | null): string {
  if (rating === null || rating === 0) return 'not rated'
  if (rating < 0) return 'rejected'
  return rating === 1 ? '1 star' : `${rating} stars`
}

/** What somebody thinks of a picture; nothing where nobody has said anything. */
export function markWords({
  rating,
  label,
  favourite,
}: Pick<AssetTile, 'rating' | 'label' | 'favourite'>): string[] {
  return [
    ...(rating ? [ratingWords(rating)] : []),
    ...(label === null ? [] : [`label ${label.toLowerCase()}`]),
    ...(favourite ? ['favourite'] : []),
  ]
}
