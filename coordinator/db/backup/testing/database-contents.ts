import { existsSync } from 'node:fs'
import { cp, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { type Database, openDatabase } from '../../database.ts'
import { dataFolder, pgdataOf } from '../data-folder.ts'
import { openEmbeddedSession } from '../embedded-session.ts'
import type { DatabaseLocation } from '../open-source.ts'

/** Every row of every table as text, sorted, and all sequences: read in another way than backups are. */
export async function databaseContents(location: DatabaseLocation): Promise<Record<string, unknown>> {
  if ('url' in location) return withDatabase(openDatabase(location), readContents)
  const socketFolder = dataFolder.run(location.data)
  if (existsSync(socketFolder)) return withDatabase(openDatabase({ socketFolder }), readContents)
  // Opening a folder changes it, and makes others wait for it.
  const copy = await mkdtemp(join(tmpdir(), 'hearth-contents-'))
  try {
    await cp(pgdataOf(dataFolder.database(location.data)), copy, { recursive: true })
    const session = await openEmbeddedSession(copy)
    return await withDatabase(session.db, readContents)
  } finally {
    await rm(copy, { recursive: true, force: true })
  }
}

async function withDatabase<T>(db: Database, work: (db: Database) => Promise<T>): Promise<T> {
  try {
    return await work(db)
  } finally {
    await db.destroy()
  }
}

async function readContents(db: Database): Promise<Record<string, unknown>> {
  const contents: Record<string, unknown> = {}
  const { rows: tables } = await sql<{ name: string }>`
    select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%'`.execute(
    db,
  )
  // Times as text are in the zone of the session.
  await sql`set timezone = 'UTC'`.execute(db)
  for (const { name } of tables) {
    const { rows } = await sql<{ row: string }>`select t::text as row from ${sql.table(name)} t`.execute(db)
    contents[name] = rows.map(({ row }) => row).sort()
  }
  const sequences = await sql<{ name: string; value: string | null }>`
    select sequencename as name, last_value::text as value from pg_sequences order by 1`.execute(db)
  contents['all sequences'] = sequences.rows
  return contents
}
