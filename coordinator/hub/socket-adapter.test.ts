import { createServer } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { openDatabase } from '../db/database.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { SocketAdapter } from './socket-adapter.ts'

/** Two Socket.IO servers of two coordinators, without the HTTP below them. */
async function startTwo(fresh: FreshDatabase) {
  const [one, two] = [await startServer(fresh), await startServer(fresh)]
  return {
    one,
    two,
    [Symbol.asyncDispose]: async () => {
      await Promise.all([one.close(), two.close()])
    },
  }
}

async function startServer({ address }: FreshDatabase) {
  const io = new Server(createServer())
  const heard: unknown[] = []
  const log: string[] = []
  let healed = 0
  const agents = io.of('/agents')
  agents.on('said', (what: unknown) => heard.push(what))
  io.of('/live')
  const adapter = new SocketAdapter({
    url: (address as { url: string }).url,
    log: pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line).msg) }),
    onHealed: () => {
      healed += 1
    },
  })
  adapter.attach(io)
  await adapter.listening
  return {
    say: (what: unknown) => void agents.serverSideEmit('said', what),
    heard,
    log,
    healed: () => healed,
    close: async () => {
      await io.close()
      await adapter.close()
    },
  }
}

const connections = async ({ db }: FreshDatabase) => {
  const { rows } = await sql<{ pid: number }>`
    select pid from pg_stat_activity
    where application_name = 'hearth between coordinators' and datname = current_database()`.execute(db)
  return rows.map(({ pid }) => pid)
}

const cutAll = ({ db }: FreshDatabase) =>
  sql`select pg_terminate_backend(pid) from pg_stat_activity
    where application_name = 'hearth between coordinators' and datname = current_database()`.execute(db)

describe.skipIf(!testEnvironment.databaseUrl)('coordinators on one Postgres server', () => {
  test('hear one another in order, also what is longer than a notification', async () => {
    await using fresh = await freshDatabase('server')
    await using t = await startTwo(fresh)
    const lengths = Array.from({ length: 400 }, (_, index) => 7_700 + index)
    for (const length of lengths) t.one.say('x'.repeat(length))
    await expect
      .poll(() => [t.two.heard.length, t.one.log, t.two.log], { timeout: 20_000 })
      .toEqual([lengths.length, [], []])
    expect(t.two.heard.map((text) => (text as string).length).toSorted()).toEqual(lengths)
    expect(t.one.heard).toEqual([])

    t.two.heard.length = 0
    const numbers = Array.from({ length: 500 }, (_, index) => index)
    for (const number of numbers) t.one.say(number)
    await expect.poll(() => t.two.heard.length, { timeout: 20_000 }).toBe(numbers.length)
    expect(t.two.heard).toEqual(numbers)
  })

  test('hear one another again after the server has cut them off, each word once', async () => {
    await using fresh = await freshDatabase('server')
    await using t = await startTwo(fresh)
    for (const round of [1, 2, 3]) {
      await cutAll(fresh)
      await expect.poll(() => [t.one.healed(), t.two.healed()], { timeout: 20_000 }).toEqual([round, round])
      t.one.say(`round ${round}`)
      await expect.poll(() => t.two.heard, { timeout: 20_000 }).toHaveLength(round)
    }
    expect(t.two.heard).toEqual(['round 1', 'round 2', 'round 3'])
    expect(t.one.log).toContain('could not speak with the other coordinators; trying again')
    expect((await connections(fresh)).length).toBeLessThanOrEqual(4)
  })

  test('a server that lets nobody in for a while is found again', async () => {
    await using fresh = await freshDatabase('server')
    await using t = await startTwo(fresh)
    const { rows } = await sql<{ name: string }>`select current_database() as name`.execute(fresh.db)
    const name = sql.id(rows[0]!.name)
    // No database can shut itself.
    const other = openDatabase({ url: testEnvironment.databaseUrl! })
    await sql`alter database ${name} allow_connections false`.execute(other)
    await cutAll(fresh)
    t.one.say('lost')
    // Long enough for tries that fail.
    await sleep(4_000)
    expect(t.one.healed()).toBe(0)
    await sql`alter database ${name} allow_connections true`.execute(other)
    await other.destroy()
    await expect.poll(() => [t.one.healed(), t.two.healed()], { timeout: 20_000 }).toEqual([1, 1])
    t.one.say('heard')
    await expect.poll(() => t.two.heard, { timeout: 20_000 }).toEqual(['heard'])
  })

  test('leave no connection behind', async () => {
    await using fresh = await freshDatabase('server')
    const t = await startTwo(fresh)
    expect((await connections(fresh)).length).toBeGreaterThan(0)
    await t[Symbol.asyncDispose]()
    await expect.poll(() => connections(fresh), { timeout: 20_000 }).toEqual([])
  })
})
