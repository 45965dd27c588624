import { sql } from 'kysely'
import { expect, test } from 'vitest'
import type { AssetTile } from '../../protocol/assets.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { type AssetListRequest, listAssets } from './list-assets.ts'
import { readTimeline, readTimelineRevision } from './timeline.ts'

const BATCH = 2_000

/** Two libraries with three folders each; every seventh asset undated, long runs at the same second. */
async function fill(db: Database, assets: number): Promise<void> {
  await addFolders(db)
  for (let first = 1; first <= assets; first += BATCH)
    await addAssets(db, first, Math.min(assets, first + BATCH - 1))
  await sql`analyze`.execute(db)
}

async function addFolders(db: Database): Promise<void> {
  await sql`insert into agent (name, public_key) values ('nas', 'key')`.execute(db)
  await sql`insert into library (name, root, agent_id) select 'library ' || n, ('/' || n)::bytea, 1
    from generate_series(1, 2) n`.execute(db)
  await sql`insert into folder (library_id, path) select 1 + n % 2, convert_to('Ordner ' || n || ' Süd', 'UTF8')
    from generate_series(0, 5) n`.execute(db)
}

async function addAssets(db: Database, first: number, last: number): Promise<void> {
  await sql`
    insert into asset (library_id, folder_id, key, name, kind, state, captured_local, captured_at, bucket,
      width_px, height_px, has_raw, camera, rating)
    select folder.library_id, folder.id, n::text::bytea, 'IMG_' || lpad(n::text, 7, '0'),
      case when n % 10 = 0 then 'video' else 'image' end,
      case n % 50 when 1 then 'waiting' when 2 then 'missing' when 3 then 'damaged' else 'ready' end,
      taken, taken at time zone 'utc', coalesce(to_char(taken, 'YYYY-MM'), 'undated'),
      4000, 3000, n % 4 = 0, case when n % 3 = 0 then 'ACME One' else 'ACME Two' end, nullif(n % 6, 0)
    from generate_series(${first}::int, ${last}::int) n
    join folder on folder.id = 1 + n % 6
    cross join lateral (select case when n % 7 = 0 then null
      else timestamp '2010-01-01' + (n / 20) * interval '3 hours' end as taken) t`.execute(db)
  await sql`insert into asset_file (library_id, folder_id, asset_id, name, role, size_bytes, mtime_us)
    select library_id, folder_id, id, convert_to(name || '.xmp', 'UTF8'), 'sidecar', 10, 0
    from asset where id % 5 = 0 and id between ${first} and ${last}`.execute(db)
}

async function walk(db: Database, request: Omit<AssetListRequest, 'cursor'>): Promise<AssetTile[]> {
  const all: AssetTile[] = []
  for (let cursor: string | undefined; ; ) {
    const page = await listAssets(db, cursor === undefined ? request : { ...request, cursor })
    expect(page.items.length).toBeLessThanOrEqual(request.limit)
    all.push(...page.items)
    if (page.nextCursor === null) return all
    expect(page.items.length).toBe(request.limit)
    cursor = page.nextCursor
  }
}

eachEngine('lists of assets', (engine) => {
  test('every walk shows each listed asset once, in order, unknown dates last', async () => {
    await using fresh = await freshDatabase(engine)
    await fill(fresh.db, 1_000)
    const listed = await fresh.db
      .selectFrom('asset')
      .select(['id', 'captured_local'])
      .where('listed', '=', true)
      .execute()
    const key = (local: string | null, id: number) => `${local} ${String(id).padStart(9, '0')}`
    for (const sort of ['newest', 'oldest'] as const) {
      for (const limit of [1, 7, 100, 1_000]) {
        if (limit === 1 && engine === 'embedded') continue
        const walked = await walk(fresh.db, { sort, limit })
        const dated = walked.filter((tile) => tile.capturedLocal !== null)
        const keys = dated.map((tile) => key(tile.capturedLocal, tile.id))
        const sorted = [...keys].sort()
        expect(keys).toEqual(sort === 'oldest' ? sorted : sorted.reverse())
        expect(walked.slice(dated.length).every((tile) => tile.capturedLocal === null)).toBe(true)
        expect(walked.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
          listed.map(({ id }) => id).sort((a, b) => a - b),
        )
      }
    }
  })

  test('each filter gives what a plain reading of the rows gives', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    await fill(db, 700)
    const expected = async (condition: string) =>
      (await sql<{ id: number }>`select id from asset where listed and ${sql.raw(condition)}`.execute(db))
        .rows.length
    const cases: [Partial<AssetListRequest>, string][] = [
      [{ kind: 'video' }, "kind = 'video'"],
      [{ libraryId: 2 }, 'library_id = 2'],
      [{ libraryId: 2, kind: 'image' }, "library_id = 2 and kind = 'image'"],
      [{ hasRaw: true }, 'has_raw'],
      [{ hasRaw: false }, 'not has_raw'],
      [{ state: 'damaged' }, "state = 'damaged'"],
      [{ camera: 'ACME One' }, "camera = 'ACME One'"],
      [{ rating: 5 }, 'rating = 5'],
      [{ from: '2010-01-03' }, "captured_local >= '2010-01-03'"],
      [{ to: '2010-01-03' }, "captured_local < '2010-01-04'"],
      [{ from: '2010-01-02', to: '2010-01-02' }, "captured_local::date = '2010-01-02'"],
      [{ from: '0000-01-01', to: '9999-12-31' }, 'captured_local is not null'],
      [{ fileRole: 'sidecar' }, 'id % 5 = 0'],
      [{ text: 'img_00001' }, "name like 'IMG_00001%'"],
      [{ text: 'ordner 2' }, 'folder_id = 3'],
      [{ text: 'SÜD' }, 'false'],
      [{ text: 'süd' }, 'true'],
      [{ text: '%' }, 'false'],
      [{ text: "'; drop table asset; --" }, 'false'],
      [{ bucket: '2010-01' }, "bucket = '2010-01'"],
      [{ bucket: 'undated' }, 'captured_local is null'],
    ]
    for (const [filter, condition] of cases) {
      for (const sort of ['newest', 'oldest'] as const) {
        const walked = await walk(db, { ...filter, sort, limit: 60 })
        expect(new Set(walked.map(({ id }) => id)).size, condition).toBe(walked.length)
        if (filter.text !== 'SÜD')
          expect(walked.length, JSON.stringify(filter)).toBe(await expected(condition))
      }
    }
  })

  test('a cursor keeps its direction whatever the next request says', async () => {
    await using fresh = await freshDatabase(engine)
    await fill(fresh.db, 100)
    const first = await listAssets(fresh.db, { sort: 'oldest', limit: 10 })
    const cursor = first.nextCursor!
    await expect(listAssets(fresh.db, { sort: 'newest', limit: 10, cursor })).resolves.toEqual(
      await listAssets(fresh.db, { sort: 'oldest', limit: 10, cursor }),
    )
  })

  test('the timeline counts what the lists show, for each library and kind', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    expect(await readTimelineRevision(db)).toBe(0)
    await fill(db, 700)
    for (const filter of [
      {},
      { kind: 'video' },
      { libraryId: 1 },
      { libraryId: 2, kind: 'image' },
    ] as const) {
      const { buckets } = await readTimeline(db, filter)
      expect(buckets.at(-1)?.bucket).toBe('undated')
      const months = buckets.slice(0, -1).map(({ bucket }) => bucket)
      expect(months).toEqual([...months].sort().reverse())
      for (const bucket of buckets) {
        const walked = await walk(db, { ...filter, bucket: bucket.bucket, sort: 'newest', limit: 200 })
        expect(walked.length).toBe(bucket.count)
        expect(bucket.aspectSum).toBeCloseTo(bucket.count * 1.333, 3)
      }
    }
    const before = await readTimelineRevision(db)
    await sql`update asset set state = 'missing' where bucket = 'undated'`.execute(db)
    const after = await readTimeline(db, {})
    expect(after.revision).toBeGreaterThan(before)
    expect(after.buckets.some(({ bucket }) => bucket === 'undated')).toBe(false)
  })

  test('a page reads an index in order and only as far as it needs, at any depth', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    await fill(db, engine === 'embedded' ? 20_000 : 100_000)
    const deep = "(a.sort_at, a.id) < (timestamp '2010-02-01', 5000)"
    const cases = [
      'true',
      deep,
      `a.kind = 'video' and ${deep}`,
      `a.library_id = 2 and ${deep}`,
      `a.library_id = 1 and a.kind = 'video' and ${deep}`,
      "a.bucket = '2010-01'",
    ]
    for (const condition of cases) {
      for (const direction of ['desc', '']) {
        const { rows } = await sql<{
          'QUERY PLAN': string
        }>`explain (analyze, costs off, timing off, summary off)
          select a.id from asset a where a.listed and ${sql.raw(condition)}
          order by a.sort_at ${sql.raw(direction)}, a.id ${sql.raw(direction)} limit 101`.execute(db)
        const plan = rows.map((row) => row['QUERY PLAN']).join('\n')
        expect(plan, plan).toMatch(/Index (Only )?Scan (Backward )?using asset_(timeline|bucket)/)
        expect(plan, plan).not.toMatch(/Sort|Seq Scan/)
        const removed = Number(/Removed by Filter: (\d+)/.exec(plan)?.[1] ?? 0)
        expect(101 + removed, plan).toBeLessThan(1_500)
      }
    }
  })
})
