import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeLane } from '../testing/make-lane.ts'
import { type Database, openDatabase } from './database.ts'
import { eachEngine, type FreshDatabase, freshDatabase } from './testing/fresh-database.ts'

const assetStates = ['waiting', 'ready', 'damaged', 'missing']
const fileStates = ['found', 'ingested', 'missing']
const jobStates = ['queued', 'leased', 'done', 'dead', 'cancelled']
const buckets = ['2024-05', '2024-06', 'undated']

/** One statement that changes many rows; `pick` says which, `to` what they become. */
type Change = { statement: string; pick: number; to: number; count: number }
const change: fc.Arbitrary<Change> = fc.record({
  statement: fc.constantFrom(
    'insert assets',
    'upsert assets',
    'update assets',
    'delete assets',
    'insert files',
    'update files',
    'delete files',
    'insert jobs',
    'update jobs',
    'delete jobs',
    'update nothing',
  ),
  pick: fc.nat({ max: 4 }),
  to: fc.nat({ max: 1_000 }),
  count: fc.integer({ min: 1, max: 12 }),
})

let lastKey = 0

async function apply(db: Database, libraryId: number, { statement, pick, to, count }: Change): Promise<void> {
  const first = lastKey
  lastKey += count + 1
  const assetState = assetStates[to % assetStates.length]
  const bucket = buckets[to % buckets.length]
  const folder = sql`(select id from folder where library_id = ${libraryId})`
  const insertAssets = sql`
    insert into asset (library_id, folder_id, key, name, kind, state, bucket, width_px, height_px)
    select ${libraryId}, ${folder}, convert_to((${first}::int + n)::text, 'UTF8'), 'name',
      case when n % 3 = 0 then 'video' else 'image' end, ${assetState}, ${bucket}, 1 + ${to}::int, 1 + n
    from generate_series(1, ${count}::int) n`
  const statements: Record<string, ReturnType<typeof sql>> = {
    'insert assets': insertAssets,
    'upsert assets': sql`
      insert into asset (library_id, folder_id, key, name, kind, state, bucket, width_px, height_px)
      select library_id, folder_id, key, name, kind, ${assetState}, ${bucket}, 3, 2 from asset
      where library_id = ${libraryId} and id % 5 = ${pick}
      union all select ${libraryId}, ${folder}, convert_to(${String(first)}, 'UTF8'), 'name', 'image', 'ready',
        ${bucket}, 4, 3
      on conflict (folder_id, key) do update
        set state = excluded.state, bucket = excluded.bucket, width_px = excluded.width_px`,
    'update assets': sql`
      update asset set state = ${assetState}, bucket = ${bucket}, width_px = 1 + (id + ${to}::int) % 7
      where library_id = ${libraryId} and id % 5 = ${pick}`,
    'delete assets': sql`delete from asset where library_id = ${libraryId} and id % 5 = ${pick}`,
    'insert files': sql`
      insert into asset_file (library_id, folder_id, name, state, size_bytes, mtime_us)
      select ${libraryId}, ${folder}, convert_to((${first}::int + n)::text, 'UTF8'),
        ${fileStates[to % fileStates.length]}, 1, 1 from generate_series(1, ${count}::int) n`,
    'update files': sql`
      update asset_file set state = ${fileStates[to % fileStates.length]}
      where library_id = ${libraryId} and id % 5 = ${pick}`,
    'delete files': sql`delete from asset_file where library_id = ${libraryId} and id % 5 = ${pick}`,
    'insert jobs': sql`
      insert into job (lane_id, kind, state, priority, library_id, subject_id)
      select (select id from lane where library_id = ${libraryId}), 'file.ingest', ${jobStates[to % jobStates.length]}, 1, ${libraryId}, ${first}::int + n
      from generate_series(1, ${count}::int) n`,
    'update jobs': sql`
      update job set state = ${jobStates[to % jobStates.length]}
      where library_id = ${libraryId} and id % 5 = ${pick}`,
    'delete jobs': sql`delete from job where library_id = ${libraryId} and id % 5 = ${pick}`,
    'update nothing': sql`update asset set bucket = 'undated' where false`,
  }
  await statements[statement]!.execute(db)
}

async function addLibrary(db: Database): Promise<number> {
  const { rows } = await sql<{ id: number }>`
    with owner as (
      insert into agent (name, public_key) values ('nas', convert_to(gen_random_uuid()::text, 'UTF8')) returning id
    ), added as (
      insert into library (name, root, agent_id)
      select 'photos', convert_to(gen_random_uuid()::text, 'UTF8'), id from owner returning id
    ) select id from added`.execute(db)
  const id = rows[0]!.id
  await sql`insert into folder (library_id, path) values (${id}, '')`.execute(db)
  await makeLane(db, id)
  return id
}

async function expectTrueCounters(db: Database): Promise<void> {
  const pairs = [
    [
      sql`select library_id, kind, bucket, count, aspect_milli from timeline_bucket
        where count <> 0 or aspect_milli <> 0 order by 1, 2, 3`,
      sql`select library_id, kind, bucket, count(*) as count,
          sum(round(1000.0 * width_px / height_px))::bigint as aspect_milli
        from asset where listed group by 1, 2, 3 order by 1, 2, 3`,
    ],
    [
      sql`select library_id, state, count from file_tally where count <> 0 order by 1, 2`,
      sql`select library_id, state, count(*) as count from asset_file group by 1, 2 order by 1, 2`,
    ],
    [
      // Finished jobs stay counted when they are pruned.
      sql`select lane_id, state, sum(amount)::bigint as amount from job_tally
        where state not in ('done', 'cancelled') group by 1, 2 having sum(amount) <> 0 order by 1, 2`,
      sql`select lane_id, state, count(*) as amount from job
        where state not in ('done', 'cancelled') group by 1, 2 order by 1, 2`,
    ],
  ] as const
  for (const [counter, truth] of pairs) {
    expect((await counter.execute(db)).rows).toEqual((await truth.execute(db)).rows)
  }
}

eachEngine('counters', (engine) => {
  let fresh: FreshDatabase
  beforeAll(async () => {
    fresh = await freshDatabase(engine)
  })
  afterAll(() => fresh[Symbol.asyncDispose]())

  test('equal a GROUP BY after any changes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 5, maxLength: 40 }), async (changes) => {
        const libraryId = await addLibrary(fresh.db)
        for (const one of changes) await apply(fresh.db, libraryId, one)
        await expectTrueCounters(fresh.db)
      }),
      { numRuns: 12 },
    )
  })

  test('equal a GROUP BY after transactions that were rolled back', async () => {
    const libraryId = await addLibrary(fresh.db)
    const insert = { statement: 'insert assets', pick: 0, to: 1, count: 5 }
    await apply(fresh.db, libraryId, insert)
    const broken = fresh.db.transaction().execute(async (transaction) => {
      await apply(transaction, libraryId, insert)
      throw new Error('rolled back')
    })
    await expect(broken).rejects.toThrow('rolled back')
    await expectTrueCounters(fresh.db)
  })

  test('equal a GROUP BY after changes by several at once', async () => {
    const libraryId = await addLibrary(fresh.db)
    const changes = fc
      .sample(change, { numRuns: 120, seed: 7 })
      .filter(({ statement }) => /insert/.test(statement))
    const databases = Array.from({ length: 4 }, () => openDatabase(fresh.address))
    await Promise.all(
      databases.map(async (db, at) => {
        for (const [index, one] of changes.entries()) if (index % 4 === at) await apply(db, libraryId, one)
        await db.destroy()
      }),
    )
    await expectTrueCounters(fresh.db)
  })

  test('go with their library', async () => {
    const libraryId = await addLibrary(fresh.db)
    for (const statement of ['insert assets', 'insert files', 'insert jobs']) {
      await apply(fresh.db, libraryId, { statement, pick: 0, to: 1, count: 9 })
    }
    await sql`update asset set cover_file_id = (select min(id) from asset_file where library_id = ${libraryId})
      where library_id = ${libraryId}`.execute(fresh.db)
    await sql`delete from asset where library_id = ${libraryId}`.execute(fresh.db)
    await sql`delete from asset_file where library_id = ${libraryId}`.execute(fresh.db)
    await sql`delete from library where id = ${libraryId}`.execute(fresh.db)
    await expectTrueCounters(fresh.db)
  })
})
