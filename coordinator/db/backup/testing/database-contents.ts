import { dataFolder, pgdataOf } from '../data-folder.ts'
import { openEmbeddedSession } from '../embedded-session.ts'
import type { DatabaseLocation } from '../open-source.ts'
import { readSequences, readTables } from '../read-catalogue.ts'
import { openServerSession } from '../server-session.ts'

/** Every row of every table as text, sorted, and all sequences: read without what is tested. */
export async function databaseContents(location: DatabaseLocation): Promise<Record<string, unknown>> {
  const session =
    'url' in location
      ? await openServerSession(location.url)
      : await openEmbeddedSession(pgdataOf(dataFolder.database(location.data)))
  try {
    const contents: Record<string, unknown> = { sequences: await readSequences(session) }
    for (const { name } of await readTables(session)) {
      const rows = await session.query<{ row: string }>(`select t::text as row from "${name}" t`)
      contents[name] = rows.map(({ row }) => row).sort()
    }
    return contents
  } finally {
    await session.close()
  }
}
