import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { listAssets } from './list-assets.ts'
import { listThings } from './list-things.ts'

/** One picture a number from 1 on; what lies in it, as `label` or `label!` for what a person has rejected. */
async function fill(db: Database, pictures: readonly (readonly string[])[]): Promise<void> {
  await sql`insert into agent (name, public_key) values ('nas', 'key')`.execute(db)
  await sql`insert into library (name, root, agent_id) values ('photos', '/photos', 1)`.execute(db)
  await sql`insert into folder (library_id, path) values (1, 'all')`.execute(db)
  for (const [at, things] of pictures.entries()) {
    const name = `${at + 1}`
    await sql`insert into asset (library_id, folder_id, key, name, kind, state, captured_local, bucket)
      values (1, 1, ${Buffer.from(name)}, ${name}, 'image', 'ready',
        timestamp '2020-01-01' + ${at}::int * interval '1 minute', '2020-01')`.execute(db)
    for (const thing of things) {
      const review = thing.endsWith('!') ? 'rejected' : 'proposed'
      await sql`insert into detection (asset_id, kind, label, box, review) select id, 'object',
        ${thing.replace('!', '')}, '{0, 0, 1, 1}', ${review} from asset where name = ${name}`.execute(db)
    }
  }
}

async function named(db: Database, thing: string): Promise<number[]> {
  const { items } = await listAssets(db, { thing, sort: 'oldest', limit: 100 })
  return items.map(({ id }) => id)
}

eachEngine('things in pictures', (engine) => {
  test('each name is listed once, however often it lies in pictures; one that people only rejected is not', async () => {
    await using fresh = await freshDatabase(engine)
    expect(await listThings(fresh.db)).toEqual([])
    await fill(fresh.db, [['truck', 'truck', 'car'], ['truck', 'dragon!'], ['Zoey', 'car!'], []])
    expect((await listThings(fresh.db)).toSorted()).toEqual(['Zoey', 'car', 'truck'])
  })

  test('pictures are listed by a thing in them, once each, and not by one that a person has rejected', async () => {
    await using fresh = await freshDatabase(engine)
    await fill(fresh.db, [
      ['truck', 'truck'],
      ['car'],
      ['truck!', 'car'],
      ['truck!', 'truck'],
      ['pick-up truck'],
    ])
    expect(await named(fresh.db, 'truck')).toEqual([1, 4])
    expect(await named(fresh.db, 'car')).toEqual([2, 3])
    expect(await named(fresh.db, 'truc')).toEqual([])
    expect(await named(fresh.db, "truck' or true --")).toEqual([])
  })
})
