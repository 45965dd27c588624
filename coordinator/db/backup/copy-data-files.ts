import { constants, copyFile, cp, mkdir, readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'

/**
 * What a base backup leaves out: WAL, which is copied apart; what is of the running process; what is made
 * again at each start. The folders themselves must be there.
 *
 * @see https://www.postgresql.org/docs/18/continuous-archiving.html#BACKUP-LOWLEVEL-BASE-BACKUP-DATA
 */
const emptied = new Set([
  'pg_wal',
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
])
const leftOut = /^(postmaster\.(pid|opts)|backup_label.*|tablespace_map.*|pgsql_tmp.*|pg_internal\.init.*)$/
const CONTROL_FILE = join('global', 'pg_control')

/** Copies the folder of a database that nobody has open, WAL and all. */
export async function copyStoppedFolder(pgdata: string, to: string): Promise<void> {
  await cp(pgdata, to, { recursive: true, filter: (path) => !leftOut.test(basename(path)) })
}

/** Copies the files of a database's folder, which may change meanwhile; the control file last. */
export async function copyDataFiles(pgdata: string, to: string): Promise<void> {
  await copyFolder(pgdata, to, '')
  await mkdir(join(to, 'pg_wal', 'archive_status'), { recursive: true })
  await copyFile(join(pgdata, CONTROL_FILE), join(to, CONTROL_FILE))
}

async function copyFolder(pgdata: string, to: string, folder: string): Promise<void> {
  await mkdir(join(to, folder), { recursive: true, mode: 0o700 })
  for (const entry of await readdir(join(pgdata, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (leftOut.test(entry.name) || path === CONTROL_FILE) continue
    if (entry.isDirectory() && emptied.has(path)) await mkdir(join(to, path), { mode: 0o700 })
    else if (entry.isDirectory()) await copyFolder(pgdata, to, path)
    else if (entry.isFile()) await copyIfThere(join(pgdata, path), join(to, path))
  }
}

/** A table may be dropped while its folder is read; its absence is in the WAL. */
async function copyIfThere(from: string, to: string): Promise<void> {
  try {
    await copyFile(from, to, constants.COPYFILE_FICLONE)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
}
