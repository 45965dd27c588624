import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database, Queryable } from '../db/database.ts'

/** With fewer vectors, looking at all their signatures is quick enough. */
const INDEX_FROM = 50_000
/** For the session that builds it, beside two bytes for each number: an index that does not fit is built many times slower. */
const BUILD_BYTES_A_VECTOR = 1_000
const MOST_BUILD_MB = 2_048
/**
 * Neighbours that are weighed for each vector while the index is built. pgvector's 64 lost one in eleven of the nearest among a million
 * vectors; with so many it takes two to three times as long to build and loses one in twenty to thirty.
 */
const EF_CONSTRUCTION = 160
/** Names the lock among those of this database: one coordinator builds. */
const LOCK = 7_243_220

const PREFIX = 'asset_embedding_hnsw_'

export function vectorIndexName(modelId: number): string {
  return PREFIX + modelId
}

/** Whether the vectors of a model can be searched by an index. */
export async function hasVectorIndex(db: Queryable, modelId: number): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_index
    where indexrelid = to_regclass(${vectorIndexName(modelId)}) and indisvalid and indisready`.execute(db)
  return rows.length > 0
}

/**
 * Builds the index of the model in use when it has become worth it, and drops those of other models and those whose
 * building was broken off. Takes minutes for a million vectors; nobody waits for it, neither readers nor writers.
 *
 * @param indexFrom so many vectors make it worth it
 */
export async function keepVectorIndex(db: Database, log: Logger, indexFrom = INDEX_FROM): Promise<void> {
  await db.connection().execute(async (session) => {
    const { rows } = await sql<{ mine: boolean }>`select pg_try_advisory_lock(${LOCK}) as mine`.execute(
      session,
    )
    if (!rows[0]?.mine) return
    try {
      const wanted = await readWanted(session, indexFrom)
      for (const name of await readUseless(session, wanted)) {
        await sql`drop index concurrently if exists ${sql.id(name)}`.execute(session)
        log.info({ index: name }, 'dropped an index that nobody searches')
      }
      for (const model of wanted) {
        if (model.isWorthIt && !(await hasVectorIndex(session, model.id))) await build(session, model, log)
      }
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(session)
    }
  })
}

type Wanted = { id: number; dimensions: number; isWorthIt: boolean }

/**
 * The model that answers searches and the one that is to replace it, as far as this server can search by an index while
 * it filters (pgvector 0.8).
 */
async function readWanted(db: Queryable, indexFrom: number): Promise<Wanted[]> {
  const { rows } = await sql<Wanted & { version: string }>`
    select model.id, (model.card->>'dimensions')::int as dimensions, extension.extversion as version,
      (select count(*) from (select 1 from asset_embedding where model_id = model.id limit ${indexFrom}) counted)
        >= ${indexFrom} as "isWorthIt"
    from task_model join model on model.id in (task_model.model_id, task_model.searched_model_id)
    join pg_extension extension on extension.extname = 'vector'
    where task_model.task = 'embed' and model.card->>'dimensions' is not null order by model.id`.execute(db)
  const [major = 0, minor = 0] = (rows[0]?.version ?? '').split('.').map(Number)
  return major > 0 || minor >= 8 ? rows : []
}

async function readUseless(db: Queryable, wanted: readonly Wanted[]): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'asset_embedding'::regclass and starts_with(c.relname::text, ${PREFIX})
      and (not i.indisvalid or c.relname <> all(${wanted.map(({ id }) => vectorIndexName(id))}::text[]))`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

async function build(session: Queryable, { id, dimensions }: Wanted, log: Logger): Promise<void> {
  const startedAt = performance.now()
  const { rows } = await sql<{ vectors: number }>`
    select count(*) as vectors from asset_embedding where model_id = ${id}`.execute(session)
  const { vectors } = rows[0]!
  log.info({ vectors }, 'building the index for searching by meaning')
  const megabytes = Math.ceil((vectors * (2 * dimensions + BUILD_BYTES_A_VECTOR)) / 1e6)
  const memory = `${Math.max(64, Math.min(MOST_BUILD_MB, megabytes))}MB`
  await sql`select set_config('maintenance_work_mem', ${memory}, false)`.execute(session)
  try {
    await sql`create index concurrently if not exists ${sql.id(vectorIndexName(id))} on asset_embedding
      using hnsw ((vector::halfvec(${sql.lit(dimensions)})) halfvec_cosine_ops)
      with (ef_construction = ${sql.lit(EF_CONSTRUCTION)}) where model_id = ${sql.lit(id)}`.execute(session)
  } finally {
    await sql`reset maintenance_work_mem`.execute(session)
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  log.info({ vectors, seconds }, 'built the index for searching by meaning')
}
