import { MAX_REGIONS, type Region } from '../../protocol/curation.ts'
import type { CuratedValues } from '../../protocol/edits.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { say } from './edit-assets.ts'
import { nextWords } from './next-words.ts'

type KnownRegion = NonNullable<CuratedValues['regions']>[number]

/** Of the picture: two programs that round differently still mean the same box. */
const SAME_TOLERANCE = 0.005

/**
 * Makes a region of what a person has named in a picture, or takes it away again, as an edit of that person: so the
 * name reaches the sidecar. The caller holds the asset's locks.
 *
 * @param before what it was until now; null: no region
 * @param after what it is; null: none any more
 */
export async function nameRegion(
  tx: DatabaseTransaction,
  assetId: number,
  { before, after }: { before: Region | null; after: Region | null },
  accountId: number,
): Promise<void> {
  const { regions } = await tx
    .selectFrom('asset')
    .select('regions')
    .where('id', '=', assetId)
    .executeTakeFirstOrThrow()
  const known = regions ?? []
  const next = withRegion(known, before, after)
  if (next !== known) await say(tx, [assetId], nextWords({ regions: next as Region[] }), accountId)
}

/** The regions with one of them exchanged; the very same list when nothing changes, or when it is full. */
export function withRegion(known: KnownRegion[], before: Region | null, after: Region | null): KnownRegion[] {
  const at = before === null ? -1 : known.findIndex((region) => isSame(region, before))
  if (after === null) return at < 0 ? known : known.toSpliced(at, 1)
  if (known.some((region) => isSame(region, after))) return known
  if (at >= 0) return known.with(at, after)
  return known.length < MAX_REGIONS ? [...known, after] : known
}

function isSame(one: KnownRegion, other: KnownRegion): boolean {
  return (
    one.kind === other.kind &&
    one.name === other.name &&
    one.box.every((side, index) => Math.abs(side - other.box[index]!) <= SAME_TOLERANCE)
  )
}
