import { sql } from 'kysely'
import { type DatabaseAddress, openDatabase } from '../database.ts'
import { migrations } from '../migrate.ts'

/**
 * Names of the migrations that the next start will run on a database that has something to lose; none for a new
 * one, nor when a newer Hearth has made it, which the start refuses.
 */
export async function readDueMigrations(
  address: DatabaseAddress,
  known: Readonly<Record<string, unknown>> = migrations,
): Promise<string[]> {
  const db = openDatabase(address)
  try {
    const { rows: record } = await sql`select 1 where to_regclass('kysely_migration') is not null`.execute(db)
    if (record.length === 0) return []
    const { rows } = await sql<{ name: string }>`select name from kysely_migration`.execute(db)
    return findDue(
      rows.map(({ name }) => name),
      Object.keys(known),
    )
  } finally {
    await db.destroy()
  }
}

export function findDue(applied: readonly string[], known: readonly string[]): string[] {
  const isNew = applied.length === 0
  const isNewer = applied.some((name) => !known.includes(name))
  return isNew || isNewer ? [] : known.filter((name) => !applied.includes(name))
}
