import { sql } from 'kysely'
import type { AssetCuration, CuratedValues } from '../../protocol/edits.ts'
import type { Queryable } from '../db/database.ts'
import type { PersonsWord } from './overlay-words.ts'
import { shownWords } from './truth.ts'

type Row = {
  revision: number
  words: CuratedValues & { captured: { local: string; offsetMinutes: number | null } | null }
  persons: (PersonsWord & { at: string })[]
  writeBack: AssetCuration['writeBack']
}

/** What is true of an asset now, and which of it people have said. The asset is there. */
export async function readCuration(db: Queryable, assetId: number): Promise<AssetCuration> {
  const { rows } = await sql<Row>`
    select a.revision, ${shownWords} as words,
      coalesce((select jsonb_agg(jsonb_build_object('field', word.field, 'by', account.name, 'at', edit.made_at)
          order by word.field) from asset_edit word join edit on edit.id = word.edit_id
        left join account on account.id = edit.account_id where word.asset_id = a.id), '[]') as persons,
      (select jsonb_build_object('state', state, 'reason', reason) from write_back
        where asset_id = a.id) as "writeBack"
    from asset a where a.id = ${assetId}`.execute(db)
  const { revision, words, persons, writeBack } = rows[0]!
  const { captured } = words
  return {
    revision,
    values: {
      ...words,
      captured: captured && { local: captured.local, offsetMinutes: captured.offsetMinutes },
    },
    persons: persons.map(({ field, by, at }) => ({ field, by, at: new Date(at).toISOString() })),
    writeBack,
  }
}
