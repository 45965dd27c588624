import type { PGlite } from '@electric-sql/pglite'

/**
 * Runs one statement of our own between the batches of clients; undefined, and nothing done, while a client's
 * transaction is open, because there is one session for all.
 *
 * Not with `exec` or `query` of PGlite: inside `runExclusive` they wait for themselves, for ever.
 *
 * @returns the rows as text
 */
export async function runAlone(database: PGlite, sql: string): Promise<(string | null)[][] | undefined> {
  return await database.runExclusive(async () => {
    if (database.isInTransaction()) return undefined
    const { messages } = await database.execProtocol(simpleQuery(sql))
    return messages.flatMap((message) =>
      message.name === 'dataRow' && 'fields' in message ? [message.fields as (string | null)[]] : [],
    )
  })
}

/** The message of the Postgres protocol that asks for `sql`. */
export function simpleQuery(sql: string): Uint8Array {
  const text = Buffer.from(`${sql}\0`)
  const message = Buffer.alloc(5 + text.length)
  message.write('Q', 0)
  message.writeInt32BE(4 + text.length, 1)
  text.copy(message, 5)
  return message
}
