import { AppError } from '../../../protocol/errors.ts'
import type { DatabaseSession } from './database-session.ts'
import { quoteName, readMigrations, readTables } from './read-catalogue.ts'

/**
 * @param migrations those that the rows to come need; the schema may be made by the first of them already
 * @throws AppError `conflict` when a table has rows, or when there is a schema into which the rows do not fit
 */
export async function requireEmpty(session: DatabaseSession, migrations: readonly string[]): Promise<void> {
  const applied = await readMigrations(session)
  if (applied.some((name, index) => name !== migrations[index])) {
    throw new AppError(
      'conflict',
      `The database has a newer schema already (${applied.at(-1)}): give one without tables`,
    )
  }
  const occupied: string[] = []
  for (const { name } of await readTables(session)) {
    const [row] = await session.query(`select 1 from ${quoteName(name)} limit 1`)
    if (row) occupied.push(name)
  }
  if (occupied.length > 0) {
    throw new AppError(
      'conflict',
      `The database is not empty (there are rows in ${occupied.join(', ')}): give an empty one; nothing was changed`,
    )
  }
}
