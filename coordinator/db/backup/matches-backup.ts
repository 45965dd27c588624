import { checkBackup } from './check-backup.ts'
import type { OnProgress } from './progress.ts'
import { copyTarget, readTables } from './read-catalogue.ts'
import { readTable } from './read-table.ts'
import { RowHash } from './row-hash.ts'
import { openServerSession } from './server-session.ts'

/**
 * Whether a server's database holds exactly the rows of a backup already.
 *
 * @returns how many, or undefined when it holds anything else, or nothing
 */
export async function matchesBackup(
  path: string,
  url: string,
  onProgress: OnProgress,
): Promise<{ rows: number; tables: number } | undefined> {
  const { tables, footer } = await checkBackup(path, onProgress)
  const session = await openServerSession(url)
  try {
    const there = new Set((await readTables(session)).map(copyTarget))
    if (!tables.every((table) => there.has(copyTarget(table)))) return undefined
    let rows = 0
    for (const table of tables) {
      const expected = footer.tables.find(({ name }) => name === table.name)
      const hash = new RowHash()
      for await (const part of readTable(session, table)) {
        hash.add(part)
        onProgress({ step: 'compare', table: table.name, rows: hash.rows })
        if (hash.rows > (expected?.rows ?? 0)) return undefined
      }
      if (hash.digest() !== expected?.hash) return undefined
      rows += hash.rows
    }
    return rows > 0 ? { rows, tables: tables.length } : undefined
  } finally {
    await session.close()
  }
}
