import { describe } from 'vitest'
import { testEnvironment } from '../../../config/test-environment.ts'
import type { Database, DatabaseAddress } from '../database.ts'
import { bareEmbeddedDatabase, freshEmbeddedDatabase } from './embedded-database.ts'
import { bareServerDatabase, freshServerDatabase } from './server-database.ts'

export type Engine = 'server' | 'embedded'

/** An empty database that nobody else has, gone when disposed of. */
export type FreshDatabase = AsyncDisposable & { db: Database; address: DatabaseAddress }

/**
 * A migrated database for one test: `await using fresh = await freshDatabase()`.
 *
 * A clone takes about 50 ms on a server and a second on the embedded one, which runs as the real process.
 *
 * @param engine the server when `TEST_DATABASE_URL` names one, else the embedded database
 */
export function freshDatabase(engine: Engine = defaultEngine()): Promise<FreshDatabase> {
  return engine === 'server' ? freshServerDatabase() : freshEmbeddedDatabase()
}

/** The same without any table, for tests of the migrations themselves. */
export function bareDatabase(engine: Engine): Promise<FreshDatabase> {
  return engine === 'server' ? bareServerDatabase() : bareEmbeddedDatabase()
}

/** Runs a suite on both databases: what holds on one must hold on the other. */
export function eachEngine(title: string, suite: (engine: Engine) => void): void {
  describe(`${title}, on the embedded database`, () => suite('embedded'))
  describe.skipIf(!testEnvironment.databaseUrl)(`${title}, on a Postgres server`, () => suite('server'))
}

function defaultEngine(): Engine {
  return testEnvironment.databaseUrl ? 'server' : 'embedded'
}
