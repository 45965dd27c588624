import { randomBytes } from 'node:crypto'
import pg from 'pg'
import { testEnvironment } from '../../../config/test-environment.ts'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import type { FreshDatabase } from './fresh-database.ts'
import { migrationsHash } from './migrations-hash.ts'

/** Any number that nothing else on the server locks. */
const TEMPLATE_LOCK = 4_843_270_114

let template: Promise<string> | undefined

export async function freshServerDatabase(): Promise<FreshDatabase> {
  template ??= requireTemplate(requireServerUrl())
  return createDatabase(await template)
}

export function bareServerDatabase(): Promise<FreshDatabase> {
  return createDatabase('template0')
}

async function createDatabase(from: string): Promise<FreshDatabase> {
  const serverUrl = requireServerUrl()
  const name = `hearth_test_${randomBytes(8).toString('hex')}`
  await withAdministrator(serverUrl, (client) => client.query(`create database ${name} template ${from}`))
  const address = { url: withDatabaseName(serverUrl, name) }
  const db = openDatabase(address)
  return {
    db,
    address,
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await withAdministrator(serverUrl, (client) =>
        client.query(`drop database if exists ${name} with (force)`),
      )
    },
  }
}

function requireServerUrl(): string {
  if (!testEnvironment.databaseUrl)
    throw new Error('TEST_DATABASE_URL names no Postgres server for this test')
  return testEnvironment.databaseUrl
}

/** The migrated template, made by whichever of the test workers comes first. */
async function requireTemplate(serverUrl: string): Promise<string> {
  const name = `hearth_template_${migrationsHash()}`
  await withAdministrator(serverUrl, async (client) => {
    await client.query('select pg_advisory_lock($1)', [TEMPLATE_LOCK])
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [name])
    if (rowCount) return
    // Named only when it is whole, so that a run that was broken off leaves no half of one.
    const draft = `${name}_draft`
    await client.query(`drop database if exists ${draft} with (force)`)
    await client.query(`create database ${draft}`)
    const db = openDatabase({ url: withDatabaseName(serverUrl, draft) })
    try {
      await migrate(db)
    } finally {
      await db.destroy()
    }
    await client.query(`alter database ${draft} rename to ${name}`)
  })
  return name
}

async function withAdministrator<T>(serverUrl: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function withDatabaseName(serverUrl: string, name: string): string {
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
