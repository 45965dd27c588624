import { sql } from 'kysely'
import { CurationField, CurationFields } from '../../protocol/curation.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { encodePathName, type PathName } from '../../protocol/path-name.ts'
import { sidecarMarks } from '../../protocol/sidecar-write.ts'
import { summariseWords } from '../catalog/summarise-words.ts'
import { tagTexts } from '../catalog/tag-values.ts'
import type { DatabaseTransaction } from '../db/database.ts'
import { lockAssets } from './lock-assets.ts'
import { recordChanges } from './record-changes.ts'
import { shownWords } from './truth.ts'

/**
 * A sidecar that Hearth itself has written says which fields are a person's word. Of an asset that nobody has edited
 * here they are taken as such: so a library that is added to an empty database brings everything back that was
 * written, and so does a picture that was copied with its sidecar.
 *
 * @param path of the sidecar, from the library's root
 */
export async function takeOwnWords(
  tx: DatabaseTransaction,
  assetId: number,
  { path, hash, tags }: { path: PathName; hash: Buffer; tags: Tags },
): Promise<void> {
  const words = ownWords(tags)
  if (words.length === 0) return
  const revisions = await lockAssets(tx, [assetId])
  if (revisions.get(assetId) !== 0) return
  const { editId } = await recordChanges(
    tx,
    { kind: 'read', accountId: null },
    sql`
      select a.id, given.field, null::jsonb, given.value, shown.words->given.field
      from asset a cross join lateral (select ${shownWords} as words) shown,
        unnest(${words.map(([field]) => field)}::text[],
          ${words.map(([, value]) => JSON.stringify(value))}::jsonb[]) as given (field, value)
      where a.id = ${assetId}`,
  )
  await sql`
    insert into write_back (asset_id, library_id, state, wanted_revision, written_revision, written_fields, path,
      sidecar_hash)
    select id, library_id, 'written', ${editId}::bigint, ${editId}::bigint,
      ${words.map(([field]) => field)}::text[], ${Buffer.from(encodePathName(path))}, ${hash}
    from asset where id = ${assetId}
    on conflict (asset_id) do nothing`.execute(tx)
}

/** The marked fields with what the sidecar says now; what no person could have entered is somebody else's. */
export function ownWords(tags: Tags): [CurationField, unknown][] {
  const said = summariseWords(tags)
  return tagTexts(tags, sidecarMarks.fields).flatMap((name) => {
    const { data: field } = CurationField.safeParse(name)
    if (field === undefined || field === 'favourite') return []
    const { success, data } = CurationFields.shape[field].safeParse(said[field])
    return success ? [[field, data] satisfies [CurationField, unknown]] : []
  })
}
