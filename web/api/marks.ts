import type { AssetTile } from '../../protocol/assets.ts'
import type { BulkEdit } from '../../protocol/curation.ts'

/** What a key changes and a tile shows. */
export type Marks = Pick<AssetTile, 'rating' | 'label' | 'favourite'>

/** As much of an edit as tiles show. */
export function marksOf({ rating, label, favourite }: BulkEdit): Partial<Marks> {
  return {
    ...(rating === undefined ? {} : { rating }),
    ...(label === undefined ? {} : { label }),
    ...(favourite === undefined ? {} : { favourite }),
  }
}

export function pickMarks({ rating, label, favourite }: Marks): Marks {
  return { rating, label, favourite }
}
