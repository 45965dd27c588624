import type { Acknowledged, RunQuery } from './check-workload.ts'
import { EDITOR } from './edit-workload.ts'

/** What must not be found: each row is something wrong. */
const neverFound: Record<string, string> = {
  'an edit without all of its changes': `
    select edit.id, edit.assets, count(distinct asset_id) from edit left join edit_change on edit_id = edit.id
    group by edit.id having edit.assets <> count(distinct asset_id) or edit.assets = 0`,
  'a change without its edit': 'select id from edit_change where edit_id not in (select id from edit)',
  'a word that is not the last one in the history': `
    select * from (
      select distinct on (asset_id, field) asset_id, field, word_after, edit_id from edit_change
      order by asset_id, field, id desc
    ) last full join asset_edit word using (asset_id, field)
    where last.word_after is distinct from word.value
      or last.word_after is not null and last.edit_id is distinct from word.edit_id`,
  'a picture that does not say what a person has said': `
    select id from asset join asset_edit on asset_id = id
    where value is distinct from case field when 'title' then to_jsonb(title) when 'rating' then to_jsonb(rating)
      else keywords end`,
  'a picture with the revision of another edit': `
    select asset.id, revision from asset left join edit_change on asset_id = asset.id
    group by asset.id having revision <> coalesce(max(edit_id), 0)`,
  'a word that nobody would write into its sidecar': `
    select asset_id, wanted_revision from asset_edit left join write_back using (asset_id)
    where wanted_revision is distinct from (select revision from asset where id = asset_id)
      or not exists (select from job where kind = 'sidecar.write' and subject_id = asset_id and state = 'queued')`,
}

/**
 * Looks for edits that were acknowledged and are lost, and for such as are there by halves.
 *
 * @returns what is wrong, in words; nothing when all is well
 */
export async function checkEdits(query: RunQuery, acknowledged: Acknowledged): Promise<string[]> {
  const atLeast = acknowledged.get(EDITOR) ?? 0
  const [tables] = await query(`select to_regclass('write_back') is not null as made`)
  if (!tables?.made) return atLeast === 0 ? [] : [`all ${atLeast} acknowledged edits are missing`]
  const wrong: string[] = []
  const [edits] = await query('select count(*) as made from edit')
  if (Number(edits?.made) < atLeast) {
    wrong.push(`acknowledged edits are missing: there are ${edits?.made} of ${atLeast}`)
  }
  for (const [what, sql] of Object.entries(neverFound)) {
    const rows = await query(sql)
    if (rows.length > 0) wrong.push(`${what}: ${rows.length} × ${JSON.stringify(rows[0])}`)
  }
  return wrong
}
