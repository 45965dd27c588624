import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'
import { seededRandom } from '../../fixtures/seeded-random.ts'

export const DIMENSIONS = 512
/** Vectors are sums of a middle and a deviation, so that they lie in clusters, as those of pictures do. */
const MIDDLES = 1_000
const DEVIATIONS = 1_000
/** Length of a deviation beside that of a middle. */
const SPREAD = 0.6
/** Assets of one statement: bounds what the embedded database holds at once. */
const BATCH = 20_000

/**
 * Assets with vectors of a model in use: every tenth is a video, every hundredth a favourite. Made inside the
 * database from two thousand vectors, because a million would take longer to send than to search.
 *
 * @returns the model's number
 */
export async function fillWithVectors(db: Database, count: number): Promise<number> {
  const next = vectorSource(11)
  await sql`create table middle (n int primary key, v halfvec(512))`.execute(db)
  await sql`create table deviation (n int primary key, v halfvec(512))`.execute(db)
  await sql`insert into middle select ordinality - 1, v::halfvec
    from unnest(${Array.from({ length: MIDDLES }, () => next(1))}::text[]) with ordinality as given (v)`.execute(
    db,
  )
  await sql`insert into deviation select ordinality - 1, v::halfvec
    from unnest(${Array.from({ length: DEVIATIONS }, () => next(SPREAD))}::text[]) with ordinality as given (v)`.execute(
    db,
  )
  const card = JSON.stringify({ dimensions: DIMENSIONS })
  const { rows } = await sql<{ id: number }>`insert into model (key, task, card)
    values ('generated@000000000000', 'embed', ${card}::jsonb) returning id`.execute(db)
  const { id } = rows[0]!
  await sql`insert into task_model (task, model_id) values ('embed', ${id})`.execute(db)
  await sql`insert into agent (name, public_key) values ('bench', 'bench')`.execute(db)
  await sql`insert into library (name, root, agent_id) select 'bench', '/bench', id from agent`.execute(db)
  await sql`insert into folder (library_id, path) select id, 'all' from library`.execute(db)
  for (let from = 1; from <= count; from += BATCH)
    await addAssets(db, id, from, Math.min(count, from + BATCH - 1))
  await sql`analyze asset`.execute(db)
  await sql`analyze asset_embedding`.execute(db)
  return id
}

async function addAssets(db: Database, modelId: number, from: number, to: number): Promise<void> {
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
    select added.id, ${modelId}, l2_normalize(middle.v + deviation.v) from added
    join middle on middle.n = added.id % ${MIDDLES}::int
    join deviation on deviation.n = (added.id / ${MIDDLES}::int + added.id * 7919) % ${DEVIATIONS}::int`.execute(
    db,
  )
}

/** Vectors of things that are not in the library themselves, and that lie where its clusters lie. */
export function queryVectors(count: number): string[] {
  const middle = vectorSource(11)
  const middles = Array.from({ length: MIDDLES }, () => middle(1))
  const deviation = vectorSource(12)
  return Array.from({ length: count }, (_, at) => sum(middles[(at * 37) % MIDDLES]!, deviation(SPREAD)))
}

/** As Postgres reads them, of about this length. */
function vectorSource(seed: number): (length: number) => string {
  const random = seededRandom(seed)
  const unit = Math.sqrt(12 / DIMENSIONS)
  return (length) =>
    `[${Array.from({ length: DIMENSIONS }, () => ((random() - 0.5) * unit * length).toFixed(4)).join()}]`
}

function sum(one: string, other: string): string {
  const [a, b] = [one, other].map((text) => JSON.parse(text) as number[])
  return JSON.stringify(a!.map((value, at) => value + b![at]!))
}
