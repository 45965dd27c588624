import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { AppError } from '../../../protocol/errors.ts'
import { copyDataFiles } from './copy-data-files.ts'
import { copySegments, segmentBefore } from './copy-wal.ts'

const LABEL = 'hearth'
const SEGMENT_LOOK_MS = 100
const ALREADY_IN_PROGRESS = '55000'
const MAX_TRIES = 4

export type RunningFolder = { pgdata: string; socketFolder: string }

/**
 * Copies the embedded database's files while it works on, as a base backup: between `pg_backup_start` and
 * `pg_backup_stop` the files may be copied at any pace and torn anyhow, because the WAL of that time, copied
 * with them, mends them when the copy is opened. What was committed before the stop is in it.
 *
 * A dump over the connection was the other way. The embedded engine has one session, so that one snapshot for
 * the whole of it would keep everybody waiting until the last row; here they wait for one checkpoint.
 *
 * @param to made anew
 * @throws AppError `unavailable` when checkpoints took WAL away faster than it could be copied, time after time
 */
export async function copyRunningFolder(from: RunningFolder, to: string): Promise<void> {
  for (let tries = 1; tries <= MAX_TRIES; tries += 1) {
    await rm(to, { recursive: true, force: true })
    if (await copyOnce(from, to)) return
  }
  throw new AppError('unavailable', 'The database was too busy to be copied: try again when less is written')
}

/** False when a piece of WAL was gone before it was copied. */
async function copyOnce({ pgdata, socketFolder }: RunningFolder, to: string): Promise<boolean> {
  const client = new pg.Client({ host: socketFolder, user: 'postgres', database: 'postgres' })
  client.on('error', () => {})
  await client.connect()
  try {
    const first = await startBackup(client)
    const copied = new Set<string>()
    const done = new AbortController()
    // Begun with the files, because a checkpoint meanwhile lets WAL go that the copy needs.
    const following = followWal(client, { pgdata, to, first, copied, signal: done.signal })
    try {
      await copyDataFiles(pgdata, to)
    } finally {
      done.abort()
      await following
    }
    const { rows: stops } = await client.query<{ label: string; segment: string }>(
      'select labelfile as label, pg_walfile_name(lsn) as segment from pg_backup_stop(false)',
    )
    const { label, segment } = stops[0]!
    await writeFile(join(to, 'backup_label'), label)
    return await copySegments({ pgdata, to, first, last: segment, copied })
  } finally {
    await client.end().catch(() => {})
  }
}

/** The first segment of WAL that the copy needs. */
async function startBackup(client: pg.Client): Promise<string> {
  const start = async () => {
    const { rows } = await client.query<{ segment: string }>(
      'select pg_walfile_name(pg_backup_start($1, true)) as segment',
      [LABEL],
    )
    return rows[0]!.segment
  }
  try {
    return await start()
  } catch (error) {
    if (!(error instanceof pg.DatabaseError) || error.code !== ALREADY_IN_PROGRESS) throw error
    // Of a backup that was killed: the one session outlives its clients.
    await client.query('select pg_backup_stop(false)')
    return start()
  }
}

async function followWal(
  client: pg.Client,
  options: { pgdata: string; to: string; first: string; copied: Set<string>; signal: AbortSignal },
): Promise<void> {
  const { signal, ...segments } = options
  while (!signal.aborted) {
    const { rows } = await client.query<{ segment: string }>(
      'select pg_walfile_name(pg_current_wal_lsn()) as segment',
    )
    await copySegments({ ...segments, last: segmentBefore(rows[0]!.segment) })
    await sleep(SEGMENT_LOOK_MS, undefined, { signal }).catch(() => {})
  }
}
