import { sql } from 'kysely'
import type { Database } from '../../coordinator/db/database.ts'

/** An asset, a file, its tags, three derived files and a job. */
export const ROWS_PER_ASSET = 7

/**
 * Rows as of a library that has been read: for each picture an asset, a file with about 1.3 kB of tags, three
 * derived files and a finished job.
 */
export async function fillWithAssets(db: Database, count: number): Promise<void> {
  for (const statement of statements(count)) await sql.raw(statement).execute(db)
}

const statements = (count: number) => [
  `insert into agent (name, public_key) values ('bench', 'bench')`,
  `insert into library (name, root, agent_id) select 'bench', '/bench', id from agent`,
  `insert into folder (library_id, path) select id, convert_to('roll ' || n, 'UTF8')
    from library, generate_series(1, ${Math.ceil(count / 1_000)}) n`,
  `insert into asset (library_id, folder_id, key, name, kind, state, captured_local, bucket, width_px, height_px,
      thumbhash, version, camera)
    select f.library_id, f.id, convert_to('IMG_' || n, 'UTF8'), 'IMG_' || n || '.jpg', 'image', 'ready',
      '2010-01-01'::timestamp + n * interval '1 hour',
      to_char('2010-01-01'::timestamp + n * interval '1 hour', 'YYYY-MM'), 4000, 3000,
      'YJqGPQw7sFlslqhFafSE+Q6oJ1h2iHB2Rw==', substr(md5(n::text), 1, 12), 'Camera ' || n % 7
    from generate_series(1, ${count}) n join folder f on f.path = convert_to('roll ' || (1 + (n - 1) / 1000), 'UTF8')`,
  `insert into asset_file (library_id, folder_id, asset_id, name, role, state, size_bytes, mtime_us, content_hash,
      kind, width_px, height_px)
    select library_id, folder_id, id, convert_to(name, 'UTF8'), 'original', 'ingested', 3000000 + id,
      1700000000000000 + id, sha256(key), 'image', 4000, 3000 from asset`,
  `update asset a set cover_file_id = f.id from asset_file f where f.asset_id = a.id`,
  `insert into file_tags (file_id, pass, tags)
    select id, 'fast', (
      select jsonb_object_agg('EXIF:Tag' || n, md5((id * 100 + n)::text)) from generate_series(1, 25) n
    ) from asset_file`,
  `insert into derived_file (file_id, kind, hash, size_bytes, width_px, height_px, mime_type)
    select f.id, d, sha256(convert_to(f.id || d, 'UTF8')), 50000, 1440, 1080, 'image/jpeg'
    from asset_file f, unnest(array['preview', 'grid', 'tiny']) d`,
  `insert into lane (library_id, kind, capability) select id, 'file.ingest', 'ingest' from library`,
  `insert into job (kind, lane_id, state, priority, library_id, subject_id, finished_at)
    select 'file.ingest', lane.id, 'done', 1, f.library_id, f.id, now() from asset_file f, lane`,
]
