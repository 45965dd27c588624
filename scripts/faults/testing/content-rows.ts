import { createHash } from 'node:crypto'
import { sql } from 'kysely'
import type { Database } from '../../../coordinator/db/database.ts'

/** Rows of each table as text, in an order of their own. */
export type Content = Record<string, string[]>

const file = `(asset_file file join folder on folder.id = file.folder_id join library on library.id = file.library_id)`
const fileName = `'folder', folder.path, 'name', file.name`

/**
 * What each table holds of a library, told without numbers that depend on the order of events: a row's own columns,
 * and names instead of the ids of rows it points to. Left out are the library's own name and place, so that
 * two libraries of the same files can be compared, and times at which things were done.
 */
const contentQueries: Record<string, string> = {
  library: `select library.name, to_jsonb(library) - '{id,name,root,agent_id,created_at,last_scan_at}'::text[]
    from library`,
  folder: `select library.name, to_jsonb(folder) - '{id,library_id}'::text[]
    from folder join library on library.id = folder.library_id`,
  asset: `select library.name, to_jsonb(asset) - '{id,library_id,folder_id,cover_file_id,chosen_cover_file_id,created_at}'::text[]
      || jsonb_build_object('folder', folder.path, 'cover', cover.name)
    from asset join folder on folder.id = asset.folder_id join library on library.id = asset.library_id
    left join asset_file cover on cover.id = asset.cover_file_id`,
  asset_file: `select library.name, to_jsonb(file) - '{id,library_id,folder_id,asset_id,created_at}'::text[]
      || jsonb_build_object('folder', folder.path, 'asset', asset.key)
    from ${file} left join asset on asset.id = file.asset_id`,
  file_tags: `select library.name, to_jsonb(file_tags) - '{file_id}'::text[] || jsonb_build_object(${fileName})
    from file_tags join ${file} on file.id = file_tags.file_id`,
  derived_file: `select library.name, to_jsonb(derived_file) - '{file_id}'::text[] || jsonb_build_object(${fileName})
    from derived_file join ${file} on file.id = derived_file.file_id`,
  timeline_bucket: `select library.name, to_jsonb(timeline_bucket) - '{library_id}'::text[]
    from timeline_bucket join library on library.id = timeline_bucket.library_id where count <> 0`,
  file_tally: `select library.name, to_jsonb(file_tally) - '{library_id}'::text[]
    from file_tally join library on library.id = file_tally.library_id where count <> 0`,
  // Scans are started again when a coordinator ends in the middle of one; reading a file is not.
  job: `select library.name, jsonb_build_object('kind', job.kind, 'state', job.state, ${fileName})
    from job join ${file} on file.id = job.subject_id where job.kind = 'file.ingest'`,
}

/** Why these tables may differ between two runs that came to the same end. */
export const leftOut: Record<string, string> = {
  account: 'who may sign in',
  agent: 'keys and machines',
  agent_power: 'which machines sleep, and how they are woken',
  api_token: 'which programs may act for people',
  agent_source: 'how machines read libraries',
  agent_vision: 'which models machines have',
  coordinator: 'which processes run',
  asset_embedding: 'what models say; none looks in these runs',
  asset_signature: 'what models say; none looks in these runs',
  asset_look: 'what models say; none looks in these runs',
  asset_edit: 'what people have said; nobody says anything in these runs',
  database_check: 'when the database was looked over',
  database_damage: 'what was found then',
  detection: 'what models say; none looks in these runs',
  edit: 'history of what people have said',
  edit_change: 'history of what people have said',
  face_embedding: 'what models say; none looks in these runs',
  house: 'the key by which agents know their coordinators',
  job_event: 'history: what became of each lease',
  job_kind: 'what people have paused or limited',
  job_log: 'what handlers said',
  job_tally: 'folded now and then; what it counts is compared',
  join_request: 'who wants to join',
  kysely_migration: 'of the schema',
  kysely_migration_lock: 'of the schema',
  lane: 'how jobs are served in turn',
  look_tally: 'folded now and then; what it counts is what models say',
  model: 'which models there are',
  pairing_code: 'who may join',
  prompt: 'what people point at, for an hour',
  query_vector: 'what was searched for',
  scan: 'history: an interrupted scan is done again',
  scan_skipped: 'of a scan',
  session: 'who is signed in',
  source_sample: 'which file machines are tried with',
  socket_attachment: 'words between coordinators, on their way',
  task_model: 'which models are in use',
  vision_sweep: 'how far the queueing of looks has come',
  write_back: 'what is on its way to sidecars',
  write_back_event: 'history of that',
  wake_event: 'history: who was woken, and what came of it',
}

export const comparedTables = Object.keys(contentQueries)

/** Every row of content, by library and table. Two runs are compared by it. */
export async function contentByLibrary(db: Database): Promise<Record<string, Content>> {
  const libraries: Record<string, Content> = {}
  for (const [table, query] of Object.entries(contentQueries)) {
    const { rows } = await sql
      .raw<{ library: string; row: string }>(
        `select library, content::text as row from (${query}) as found (library, content) order by 1, 2`,
      )
      .execute(db)
    for (const { library, row } of rows) {
      libraries[library] ??= {}
      libraries[library][table] ??= []
      libraries[library][table].push(row)
    }
  }
  return libraries
}

/** SHA-256 over all rows, for people to compare. */
export function rowHash(content: unknown): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
