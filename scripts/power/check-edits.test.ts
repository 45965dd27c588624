import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { checkEdits } from './check-edits.ts'
import { EDITOR, Editor, prepareEdits } from './edit-workload.ts'
import { SeededRandom } from './seeded-random.ts'

test('edits and undoes that are whole pass; what a crash could make of them is found', async () => {
  await using fresh = await freshDatabase('embedded')
  const { db } = fresh
  await prepareEdits(db)
  const editor = await Editor.start(db, new SeededRandom(1))
  for (let n = 1; n <= 12; n += 1) await editor.next()
  const check = async (made: number, damage?: string) => {
    const rollBack = new Error('roll back')
    let wrong: string[] = []
    await db
      .transaction()
      .execute(async (tx) => {
        if (damage !== undefined) await sql.raw(damage).execute(tx)
        const query = async (text: string) => (await sql.raw<Record<string, unknown>>(text).execute(tx)).rows
        wrong = await checkEdits(query, new Map([[EDITOR, made]]))
        throw rollBack
      })
      .catch((error: unknown) => {
        if (error !== rollBack) throw error
      })
    return wrong
  }
  expect(await check(12)).toEqual([])
  expect(await check(13)).toEqual(['acknowledged edits are missing: there are 12 of 13'])
  const anyWord = `(select min(asset_id) from asset_edit)`
  for (const damage of [
    `delete from edit_change where id = (select max(id) from edit_change)`,
    `delete from edit where id = (select min(id) from edit)`,
    `delete from asset_edit where asset_id = ${anyWord} and field = 'title'`,
    `update asset set rating = -1 where id = ${anyWord}`,
    `update asset set revision = 0 where id = ${anyWord}`,
    `delete from write_back where asset_id = ${anyWord}`,
    `update job set state = 'cancelled' where kind = 'sidecar.write' and subject_id = ${anyWord}`,
  ]) {
    expect(await check(11, damage), damage).not.toEqual([])
  }
})
