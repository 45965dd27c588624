import { Kysely, PostgresDialect, sql, type Transaction } from 'kysely'
import pg from 'pg'
import { DatabaseClient, PREPARED_MARK } from './database-client.ts'
import { toDatabaseError } from './database-error.ts'
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

/**
 * Stands first in a statement that runs many times a second: it is then planned once for each connection, and once for
 * all on the embedded database.
 */
export const prepared = sql.raw(PREPARED_MARK)

/**
 * Opens a pool; connects when first used. Close with `destroy()`. What its statements throw: see `toDatabaseError`.
 *
 * @param onDamage told of each statement that met something damaged; the statement fails as well
 */
export function openDatabase(
  address: DatabaseAddress,
  { onDamage }: { onDamage?: (error: pg.DatabaseError) => void } = {},
): Database {
  const isServer = 'url' in address
  const config = {
    ...(isServer
      ? { connectionString: address.url }
      : { host: address.socketFolder, user: 'postgres', database: 'postgres' }),
    max: POOL_SIZE,
    types: { getTypeParser },
    connectionTimeoutMillis: 30_000,
    // The rest is for each client, which the pool makes with these same options.
    Client: DatabaseClient,
    onDamage,
  }
  const pool = new pg.Pool(config)
  // A connection that breaks while idle is replaced by the pool; the next query tells if that fails.
  pool.on('error', () => {})
  // One that breaks while somebody has it fails their query; the event beside it would end the process.
  pool.on('connect', (client) => client.on('error', () => {}))
  const connect = () =>
    pool.connect().catch((error: unknown) => {
      throw toDatabaseError(error)
    })
  const { options } = pool
  const end = () => pool.end()
  return new Kysely<Tables>({ dialect: new PostgresDialect({ pool: { connect, end, options } }) })
}

/** bigint as number (all of ours stay below 2^53) and local times as the text they are. */
function getTypeParser(oid: number, format?: 'text' | 'binary') {
  if (oid === TYPE_INT8) return Number
  if (oid === TYPE_TIMESTAMP) return (text: string) => text.replace(' ', 'T')
  return pg.types.getTypeParser(oid, format)
}
