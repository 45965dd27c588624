import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { similarAssets } from '../search/search-assets.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { halfVector, keyOf, looked, VisionActor } from '../testing/vision-actor.ts'
import { chooseModel } from './choose-model.ts'
import { requireSearchSpaces } from './search-spaces.ts'
import { hasCaughtUp, settleSearch } from './settle-search.ts'
import { runSweeps } from './testing/run-sweeps.ts'

test.each([
  [{ total: 100, done: 94 }, false],
  [{ total: 100, done: 95 }, true],
  [{ total: 0, done: 0 }, true],
])('%j is enough to answer: %s', (coverage, is) => {
  expect(hasCaughtUp(coverage)).toBe(is)
})

async function addAccount(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number }>`insert into account (name, password_hash, role)
    values ('zoe', 'hash', 'admin') returning id`.execute(db)
  return rows[0]!.id
}

/** Four pictures that the first model has looked at, and a second one. */
async function library(db: Database) {
  const account = await addAccount(db)
  const worker = await VisionActor.create(db)
  await worker.report(
    { id: 'old', task: 'embed', dimensions: 2 },
    { id: 'new', task: 'embed', dimensions: 3 },
  )
  const vault = await VaultActor.create(db)
  const names = ['a.jpg', 'b.jpg', 'c.jpg', 'd.jpg']
  vault.tree = { '': Object.fromEntries(names.map((name) => [name, { content: name }])) }
  await vault.scanAndIngest()
  await runSweeps(db)
  const see = (...vector: number[]) =>
    worker.lookAtAll('embed', (lease) => ({ ...looked(lease), embedding: halfVector(vector) }))
  expect(await see(1, 0)).toBe(4)
  const { rows } = await sql<{ id: number }>`select id from asset order by id`.execute(db)
  const use = async (key: string | null) => {
    await chooseModel(db, 'embed', key, account)
    await runSweeps(db)
  }
  return { worker, use, see, ids: rows.map(({ id }) => id) }
}

async function countVectors(db: Database): Promise<Record<string, number>> {
  const { rows } = await sql<{ name: string; vectors: number; signatures: number }>`
    select card->>'name' as name, count(*) as vectors, count(bits) as signatures from asset_embedding e
    join model on model.id = e.model_id left join asset_signature using (asset_id, model_id)
    group by 1 order by 1`.execute(db)
  expect(rows.map(({ signatures }) => signatures)).toEqual(rows.map(({ vectors }) => vectors))
  return Object.fromEntries(rows.map(({ name, vectors }) => [name, vectors]))
}

eachEngine('a model that replaces another', (engine) => {
  test('answers searches once it has looked at nearly everything; until then the former one does', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { worker, use, see, ids } = await library(db)
    await use(keyOf('new'))
    const [lease] = await worker.lease('embed', 1)
    await worker.complete(lease!, { ...looked(lease!), embedding: halfVector([0, 1, 0]) })
    expect(await settleSearch(db)).toBe(false)
    const during = await similarAssets(db, ids[0]!, { limit: 2 })
    expect(during).toMatchObject({
      model: keyOf('old'),
      progress: { model: 'new', done: 1, total: 4, former: 'old' },
    })
    expect(during.items).toHaveLength(2)
    expect(await countVectors(db)).toEqual({ new: 1, old: 4 })

    expect(await see(0, 0, 1)).toBe(3)
    expect(await settleSearch(db)).toBe(true)
    expect(await similarAssets(db, ids[0]!, { limit: 5 })).toMatchObject({
      model: keyOf('new'),
      progress: null,
    })
    expect(await countVectors(db)).toEqual({ new: 4 })
    const cursor = during.nextCursor!
    await expect(similarAssets(db, ids[0]!, { limit: 2, cursor })).rejects.toMatchObject({
      code: 'bad_request',
    })
  })

  test('that is itself replaced leaves the first to answer, and the first can come back at once', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { worker, use, ids } = await library(db)
    await worker.report(
      { id: 'old', task: 'embed', dimensions: 2 },
      { id: 'new', task: 'embed', dimensions: 3 },
      { id: 'third', task: 'embed', dimensions: 4 },
    )
    await use(keyOf('new'))
    const [lease] = await worker.lease('embed', 1)
    await worker.complete(lease!, { ...looked(lease!), embedding: halfVector([0, 1, 0]) })
    await use(null)
    await use(keyOf('third'))
    await settleSearch(db)
    expect(await countVectors(db)).toEqual({ old: 4 })
    expect(await requireSearchSpaces(db)).toMatchObject({
      inUse: { key: keyOf('third') },
      former: { key: keyOf('old') },
    })
    await use(keyOf('old'))
    await settleSearch(db)
    expect(await requireSearchSpaces(db)).toMatchObject({ inUse: { key: keyOf('old') }, former: null })
    expect((await similarAssets(db, ids[0]!, { limit: 5 })).items).toHaveLength(3)
  })
})
