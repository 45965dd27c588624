import { statfs } from 'node:fs/promises'
import { sql } from 'kysely'
import type { DatabaseFacts } from '../../../protocol/database.ts'
import { readBackupStatus } from '../backup/backup-status.ts'
import { dataFolder } from '../backup/data-folder.ts'
import type { Database, DatabaseAddress } from '../database.ts'
import type { DamageRecord } from '../integrity/damage-record.ts'
import { readLastCheck } from '../integrity/integrity-check.ts'

export type FactsSource = {
  db: Database
  address: DatabaseAddress
  dataFolder: string
  /** Null where this Hearth makes no backups. */
  backupsFolder: string | null
  damage: DamageRecord
}

/** @throws DatabaseAwayError */
export async function readFacts(
  source: FactsSource,
  latency: DatabaseFacts['latency'],
): Promise<DatabaseFacts> {
  const { db, address, damage } = source
  const engine = 'url' in address ? 'server' : 'embedded'
  return {
    engine,
    place: describePlace(address, source.dataFolder),
    ...(await readNumbers(db)),
    walBytes: await readWalBytes(db),
    connections: engine === 'server' ? await readConnections(db) : null,
    latency,
    disk: await readDisk(source.dataFolder),
    backup: await readBackup(source.backupsFolder),
    check: await readLastCheck(db),
    damage: await damage.list(),
  }
}

/** Without a password, or anything else that a URL may carry. */
export function describePlace(address: DatabaseAddress, data: string): string {
  if (!('url' in address)) return dataFolder.database(data)
  try {
    const { host, pathname } = new URL(address.url)
    return `${host || 'this machine'}${pathname}`
  } catch {
    return 'a Postgres server'
  }
}

type Numbers = Pick<
  DatabaseFacts,
  'version' | 'since' | 'assets' | 'sizeBytes' | 'lastCheckpointAt' | 'memoryBytes'
>

async function readNumbers(db: Database): Promise<Numbers> {
  const { rows } = await sql<Omit<Numbers, 'lastCheckpointAt'> & { lastCheckpointAt: Date | null }>`
    select current_setting('server_version') as version,
      (select min(timestamp) from kysely_migration) as since,
      (select coalesce(sum(count), 0)::bigint from timeline_bucket) as assets,
      pg_database_size(current_database()) as "sizeBytes",
      (select checkpoint_time from pg_control_checkpoint()) as "lastCheckpointAt",
      -- Said by the embedded database's process now and then.
      nullif(current_setting('hearth.database_memory_bytes', true), '')::bigint as "memoryBytes"`.execute(db)
  const { lastCheckpointAt, ...numbers } = rows[0]!
  return { ...numbers, lastCheckpointAt: lastCheckpointAt?.toISOString() ?? null }
}

/** Null where this user may not ask: a server shows its log to administrators and those who watch it. */
async function readWalBytes(db: Database): Promise<number | null> {
  const { rows } = await sql<{ may: boolean }>`
    select has_function_privilege('pg_ls_waldir()', 'execute') as may`.execute(db)
  if (!rows[0]?.may) return null
  const { rows: sizes } = await sql<{ bytes: number }>`
    select coalesce(sum(size), 0)::bigint as bytes from pg_ls_waldir()`.execute(db)
  return sizes[0]!.bytes
}

async function readConnections(db: Database): Promise<DatabaseFacts['connections']> {
  const { rows } = await sql<{ used: number; most: number }>`
    select count(*) as used, current_setting('max_connections')::integer as most
    from pg_stat_activity where datname = current_database()`.execute(db)
  return rows[0]!
}

async function readDisk(folder: string): Promise<DatabaseFacts['disk']> {
  try {
    const { bavail, blocks, bsize } = await statfs(folder)
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize }
  } catch {
    return null
  }
}

async function readBackup(folder: string | null): Promise<DatabaseFacts['backup']> {
  if (folder === null) return null
  const { lastSuccess, lastFailure } = await readBackupStatus(folder)
  return {
    lastSuccess: lastSuccess && {
      at: lastSuccess.at,
      sizeBytes: lastSuccess.sizeBytes,
      path: lastSuccess.path,
    },
    lastFailure,
  }
}
