import { sql } from 'kysely'
import type { Logger } from 'pino'
import type { Database, Queryable } from '../db/database.ts'

/** With fewer vectors looking at all of them is quick enough, and misses none. */
const INDEX_FROM = 50_000
/** For the session that builds it: an index that does not fit is built many times slower. */
const BUILD_MEMORY = '1GB'
/** Names the lock among those of this database: one coordinator builds. */
const LOCK = 7_243_220

const PREFIX = 'asset_embedding_hnsw_'

/** Whether the vectors of a model can be searched by an index. */
export async function hasVectorIndex(db: Queryable, modelId: number): Promise<boolean> {
  const { rows } = await sql`select 1 from pg_index
    where indexrelid = to_regclass(${PREFIX + modelId}) and indisvalid and indisready`.execute(db)
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
      const wanted = await readWanted(session)
      for (const name of await readUseless(session, wanted?.id)) {
        await sql`drop index concurrently if exists ${sql.id(name)}`.execute(session)
        log.info({ index: name }, 'dropped an index that nobody searches')
      }
      if (wanted && wanted.amount >= indexFrom && !(await hasVectorIndex(session, wanted.id)))
        await build(session, wanted, log)
    } finally {
      await sql`select pg_advisory_unlock(${LOCK})`.execute(session)
    }
  })
}

type Wanted = { id: number; dimensions: number; amount: number }

/** The model in use for searching, as far as this server can search by an index while it filters (pgvector 0.8). */
async function readWanted(db: Queryable): Promise<Wanted | undefined> {
  const { rows } = await sql<Wanted & { version: string }>`
    select model.id, (model.card->>'dimensions')::int as dimensions, extension.extversion as version,
      (select coalesce(sum(amount), 0)::bigint from look_tally where model_id = model.id) as amount
    from task_model join model on model.id = task_model.model_id
    join pg_extension extension on extension.extname = 'vector'
    where task_model.task = 'embed' and model.card->>'dimensions' is not null`.execute(db)
  const [major = 0, minor = 0] = (rows[0]?.version ?? '').split('.').map(Number)
  return major > 0 || minor >= 8 ? rows[0] : undefined
}

async function readUseless(db: Queryable, wantedId: number | undefined): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = 'asset_embedding'::regclass and starts_with(c.relname::text, ${PREFIX})
      and (not i.indisvalid or c.relname <> ${PREFIX + (wantedId ?? 0)})`.execute(db)
  return rows.map(({ name }) => name)
}

async function build(session: Queryable, { id, dimensions, amount }: Wanted, log: Logger): Promise<void> {
  const startedAt = performance.now()
  log.info({ vectors: amount }, 'building the index for searching by meaning')
  await sql`select set_config('maintenance_work_mem', ${BUILD_MEMORY}, false)`.execute(session)
  try {
    await sql`create index concurrently if not exists ${sql.id(PREFIX + id)} on asset_embedding
      using hnsw ((vector::halfvec(${sql.lit(dimensions)})) halfvec_cosine_ops) where model_id = ${sql.lit(id)}`.execute(
      session,
    )
  } finally {
    await sql`reset maintenance_work_mem`.execute(session)
  }
  const seconds = Math.round((performance.now() - startedAt) / 1_000)
  log.info({ vectors: amount, seconds }, 'built the index for searching by meaning')
}
