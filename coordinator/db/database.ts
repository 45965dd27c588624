import { createHash } from 'node:crypto'
import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import type { Tables } from './tables.ts'

export type Database = Kysely<Tables>
export type DatabaseTransaction = Transaction<Tables>
/** Either: for statements that may run alone or inside somebody's transaction. */
export type Queryable = Database | DatabaseTransaction

/** A Postgres server, or the folder of the embedded database's socket. Both speak the same protocol. */
export type DatabaseAddress = { url: string } | { socketFolder: string }

const POOL_SIZE = 8
const TYPE_INT8 = 20
const TYPE_TIMESTAMP = 1114

const PREPARED = '/* prepared */'

/**
 * Stands first in a statement that runs many times a second: a server then plans it once for each connection.
 * The embedded database has one session for all, in which the names of prepared statements would meet.
 */
export const prepared = sql.raw(PREPARED)

class PreparingClient extends pg.Client {
  // biome-ignore lint/suspicious/noExplicitAny: the driver's overloads, handed on as they are
  override query(text: any, ...rest: any[]): any {
    if (typeof text !== 'string' || !text.startsWith(PREPARED)) return super.query(text, ...rest)
    const [values, ...others] = rest
    return super.query({ name: nameOf(text), text, values }, ...others)
  }
}

const names = new Map<string, string>()

function nameOf(text: string): string {
  const name = names.get(text) ?? createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  return name
}

/** Opens a pool; connects when first used. Close with `destroy()`. */
export function openDatabase(address: DatabaseAddress): Database {
  const pool = new pg.Pool({
    ...('url' in address
      ? { connectionString: address.url, Client: PreparingClient }
      : { host: address.socketFolder, user: 'postgres', database: 'postgres' }),
    max: POOL_SIZE,
    types: { getTypeParser },
    connectionTimeoutMillis: 30_000,
  })
  // A connection that breaks while idle is replaced by the pool; the next query tells if that fails.
  pool.on('error', () => {})
  // One that breaks while somebody has it fails their query; the event beside it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) })
}

/** bigint as number (all of ours stay below 2^53) and local times as the text they are. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === TYPE_INT8) return Number
  if (oid === TYPE_TIMESTAMP) return (text: string) => text.replace(' ', 'T')
  return pg.types.getTypeParser(oid, format)
}
