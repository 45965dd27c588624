import pg from 'pg'
import { openDatabase } from '../database.ts'
import { CopyStatement } from './copy-statement.ts'
import { type DatabaseSession, sessionSettings } from './database-session.ts'
import { describeSilence } from './describe-silence.ts'

/** @throws AppError `unavailable` when the server does not answer, or not to us */
export async function openServerSession(url: string): Promise<DatabaseSession> {
  const client = new pg.Client({ connectionString: url, application_name: 'hearth backup' })
  // A lost connection fails the statement at hand; the event beside it would end the process.
  client.on('error', () => {})
  try {
    await client.connect()
  } catch (error) {
    throw describeSilence(url, error)
  }
  await client.query(sessionSettings)
  const db = openDatabase({ url })
  const copy = (sql: string, input?: Buffer) => {
    const statement = new CopyStatement(sql, input)
    client.query(statement)
    return statement.rows
  }
  return {
    db,
    query: async <Row>(sql: string, parameters: unknown[] = []) =>
      (await client.query(sql, parameters)).rows as Row[],
    copyOut: (select) => copy(`copy (${select}) to stdout`),
    copyIn: async (target, rows) => void (await copy(`copy ${target} from stdin`, rows)),
    close: async () => {
      await db.destroy()
      await client.end()
    },
  }
}
