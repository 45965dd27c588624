import type { CuratedValues } from '../../protocol/edits.ts'

export type ShownRegion = NonNullable<CuratedValues['regions']>[number]

/** A region that is being made or changed. `at`: its place in the picture's list; null: it is new. */
export type DraftRegion = ShownRegion & { at: number | null }
