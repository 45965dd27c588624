import {
  type KyselyPlugin,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  type RootOperationNode,
  sql,
  type UnknownRow,
} from 'kysely'
import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { untilBlocked } from '../jobs/testing/until-blocked.ts'
import { editAssets } from './edit-assets.ts'
import { noticeOutsideChange } from './notice-outside-change.ts'
import { resolveConflict } from './resolve-conflict.ts'
import { curatedLibrary, written } from './testing/curated-library.ts'
import { listWriteBacks } from './write-back-views.ts'

/** Pictures as a scan and their reading leave them, without the files. */
async function addAssets(db: Database, libraryId: number, count: number): Promise<number[]> {
  await sql`insert into folder (library_id, path) values (${libraryId}, 'bulk')`.execute(db)
  const { rows } = await sql<{ id: number }>`
    insert into asset (library_id, folder_id, key, name, kind, state, captured_local, captured_at, bucket, rating)
    select ${libraryId}, folder.id, n::text::bytea, 'IMG_' || n, 'image', 'ready', taken, taken at time zone 'utc',
      to_char(taken, 'YYYY-MM'), 3
    from folder, generate_series(1, ${count}::int) n
      cross join lateral (select timestamp '2020-01-01' + n * interval '1 hour' as taken) t
    where folder.path = 'bulk' returning id`.execute(db)
  return rows.map(({ id }) => id)
}

eachEngine('edits of many', (engine) => {
  test('an edit of thousands takes as many statements as one of ten, and queues their writing', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, allow, vault, accountId } = await curatedLibrary(fresh.db)
    await allow({ quietMs: 60_000 })
    const ids = await addAssets(db, vault.libraryId, 2_010)
    const edit = { rating: 5, addKeywords: [['trip']], shiftCapturedSeconds: 3_600 }
    const statementsFor = async (assetIds: number[]) => {
      const counter = new StatementCounter()
      await editAssets(db.withPlugin(counter), { assetIds }, edit, { accountId })
      return counter.count
    }
    expect(await statementsFor(ids.slice(0, 10))).toBe(await statementsFor(ids.slice(10)))
    const { rows } = await sql<{ jobs: number; done: number }>`select
      (select count(*) from job where kind = 'sidecar.write') as jobs,
      (select count(*) from asset where rating = 5 and keywords = '[["trip"]]') as done`.execute(db)
    expect(rows[0]).toEqual({ jobs: 2_010, done: 2_010 })
  }, 60_000)
})

class StatementCounter implements KyselyPlugin {
  count = 0

  transformQuery({ node }: PluginTransformQueryArgs): RootOperationNode {
    this.count += 1
    return node
  }

  async transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return result
  }
}

describe.skipIf(!testEnvironment.databaseUrl)('at the same time', () => {
  test('two edits of many in opposite order both count, and the later word of each stands whole', async () => {
    await using fresh = await freshDatabase('server')
    const { db, edit, allow, vault } = await curatedLibrary(fresh.db)
    await allow()
    const ids = await addAssets(db, vault.libraryId, 200)
    const reversed = ids.toReversed()
    for (let round = 0; round < 5; round += 1) {
      await Promise.all([
        edit(ids, { rating: 1 + (round % 4), label: `a${round}` }),
        edit(reversed, { rating: 0, label: `b${round}` }),
      ])
      const { rows } = await sql`select distinct rating, label from asset`.execute(db)
      expect(rows).toHaveLength(1)
    }
    const { rows } = await sql<{ edits: number; changes: number }>`select
      (select count(*) from edit) as edits, (select count(distinct edit_id) from edit_change) as changes`.execute(
      db,
    )
    expect(rows[0]).toEqual({ edits: 10, changes: 10 })
  }, 30_000)

  test('an edit while the file is read again is neither lost nor overwritten', async () => {
    await using fresh = await freshDatabase('server')
    const { db, edit, vault, assetOf } = await curatedLibrary(fresh.db)
    vault.tree = { '': { 'a.jpg': { content: '0', tags: { 'XMP:Rating': 1 } } } }
    await vault.scanAndIngest()
    const assetId = await assetOf('a.jpg')
    for (let round = 1; round <= 8; round += 1) {
      const title = `round ${round}`
      vault.tree['']!['a.jpg'] = {
        content: `${round}`,
        mtimeUs: round,
        tags: { 'XMP:Rating': round % 5, 'XMP:Label': title },
      }
      await Promise.all([vault.scanAndIngest(), edit(assetId, { title })])
      const { rows } = await sql`select title, label, rating from asset`.execute(db)
      expect(rows).toEqual([{ title, label: title, rating: round % 5 }])
    }
  }, 30_000)

  test('an edit while a write ends is written by the next', async () => {
    await using fresh = await freshDatabase('server')
    const { db, edit, allow, vault, assetOf, leaseWrite } = await curatedLibrary(fresh.db)
    vault.tree = { '': { 'a.jpg': { content: 'a' } } }
    await vault.scanAndIngest()
    await allow()
    const assetId = await assetOf('a.jpg')
    await edit(assetId, { rating: 0 })
    for (let round = 1; round <= 8; round += 1) {
      const lease = (await leaseWrite())!
      const { revision } = lease.input
      const [{ editId }] = await Promise.all([
        edit(assetId, { title: `round ${round}` }),
        vault.complete(lease, written(revision, `content ${round}`)),
      ])
      const { rows } = await sql`select state, wanted_revision as wanted, written_revision as written,
        (select count(*) from job where kind = 'sidecar.write' and state = 'queued') as jobs from write_back`.execute(
        db,
      )
      expect(rows).toEqual([{ state: 'pending', wanted: editId, written: revision, jobs: 1 }])
    }
  }, 30_000)

  test('the history of assets that go goes with them, and that of others stays', async () => {
    await using fresh = await freshDatabase('server')
    const { db, edit, vault } = await curatedLibrary(fresh.db)
    const ids = await addAssets(db, vault.libraryId, 5)
    await edit(ids, { rating: 5 })
    await sql`delete from asset where id = any(${ids.slice(0, 3)}::bigint[])`.execute(db)
    const { rows } = await sql`select asset_id from edit_change order by asset_id`.execute(db)
    expect(rows).toEqual(ids.slice(3).map((id) => ({ asset_id: id })))
  })

  test('a decision that waits for a change outside to be noted is about what it was before, and refused', async () => {
    await using fresh = await freshDatabase('server')
    const { db, edit, allow, vault, assetOf, leaseWrite, accountId } = await curatedLibrary(fresh.db)
    vault.tree = { '': { 'a.jpg': { content: 'a' }, 'a.xmp': { content: '0' } } }
    await vault.scanAndIngest()
    await allow({ approval: true })
    const assetId = await assetOf('a.jpg')
    await edit(assetId, { rating: 5 })
    vault.tree['']!['a.xmp'] = { content: 'seen', tags: { 'XMP:Rating': 1 } }
    await vault.scanAndIngest()
    const { items } = await listWriteBacks(db, { state: 'conflict', limit: 1 })
    const conflictVersion = items[0]!.conflictVersion!
    const decided = await db.transaction().execute(async (tx) => {
      await noticeOutsideChange(tx, assetId, Buffer.from('unseen'), { 'XMP:Rating': 2 })
      const waiting = resolveConflict(db, assetId, { conflictVersion, choice: 'mine', fields: {}, accountId })
      waiting.catch(() => undefined)
      await untilBlocked(db)
      return { waiting }
    })
    await expect(decided.waiting).rejects.toMatchObject({ code: 'conflict' })
    const { rows } = await sql`select state, theirs from write_back`.execute(db)
    expect(rows).toEqual([{ state: 'conflict', theirs: { 'XMP:Rating': 2 } }])
    expect(await leaseWrite()).toBeUndefined()
  })
})
