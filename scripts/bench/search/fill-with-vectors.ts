import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { MIDDLES, pictureParts } from './generated-vectors.ts'

export const DIMENSIONS = 512
/** Assets of one statement: bounds what the embedded database holds at once. */
const BATCH = 20_000

/**
 * Assets with vectors of a model in use: every tenth is a video, every hundredth a favourite. The vectors are added up
 * inside the database, because a million would take longer to send than to search.
 *
 * @returns the model's number
 */
export async function fillWithVectors(db: Database, count: number): Promise<number> {
  const model = await prepareLibrary(db)
  for (let from = 1; from <= count; from += BATCH)
    await addAssets(db, model, from, Math.min(count, from + BATCH - 1))
  // As autovacuum does, and `tidyTables` on the embedded database.
  for (const table of ['asset', 'asset_embedding', 'asset_signature'])
    await sql`vacuum analyze ${sql.table(table)}`.execute(db)
  return model
}

/** A model in use, an empty library, and what vectors are made of. @returns the model's number */
export async function prepareLibrary(db: Database): Promise<number> {
  for (const [table, vectors] of Object.entries(pictureParts(DIMENSIONS))) {
    await sql`create table ${sql.table(table)} (n int primary key, v halfvec)`.execute(db)
    await sql`insert into ${sql.table(table)} select ordinality - 1, v::halfvec
      from unnest(${vectors}::text[]) with ordinality as given (v)`.execute(db)
  }
  const card = JSON.stringify({ dimensions: DIMENSIONS })
  const { rows } = await sql<{ id: number }>`insert into model (key, task, card)
    values ('generated@000000000000', 'embed', ${card}::jsonb) returning id`.execute(db)
  const { id } = rows[0]!
  await sql`insert into task_model (task, model_id) values ('embed', ${id})`.execute(db)
  await sql`insert into agent (name, public_key) values ('bench', 'bench')`.execute(db)
  await sql`insert into library (name, root, agent_id) select 'bench', '/bench', id from agent`.execute(db)
  await sql`insert into folder (library_id, path) select id, 'all' from library`.execute(db)
  return id
}

export async function addAssets(db: Database, modelId: number, from: number, to: number): Promise<void> {
  await sql`
    with added as (
      insert into asset (library_id, folder_id, key, name, kind, state, captured_local, bucket, version, favourite)
      select folder.library_id, folder.id, n::text::bytea, 'IMG_' || n, case when n % 10 = 0 then 'video' else 'image' end,
        'ready', timestamp '2000-01-01' + n * interval '10 minutes',
        to_char(timestamp '2000-01-01' + n * interval '10 minutes', 'YYYY-MM'), 'v', n % 100 = 0
      from folder, generate_series(${from}::int, ${to}::int) n returning id),
    looked as (
      insert into asset_look (asset_id, task, model_id, preview, counted, provider, batch, stages_ms)
      select id, 'embed', ${modelId}, 'v', true, 'none', 1, '{}' from added)
    insert into asset_embedding (asset_id, model_id, vector)
    select added.id, ${modelId}, l2_normalize(bench_mean.v + middle.v + one.v + other.v) from added
    join bench_mean on true
    join bench_middle middle on middle.n = ${drawn(1)}
    join bench_deviation one on one.n = ${drawn(2)}
    join bench_nuance other on other.n = ${drawn(3)}`.execute(db)
}

/** The same number for the same asset, and otherwise any. */
function drawn(seed: number) {
  return sql`abs(hashint8extended(added.id, ${seed}) % ${sql.lit(MIDDLES)})`
}
