import { cp, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { databaseContents } from '../../coordinator/db/backup/testing/database-contents.ts'
import { filledFolder } from '../../coordinator/db/backup/testing/filled-folder.ts'
import { lockFolder } from '../../coordinator/db/embedded/folder-lock.ts'
import { bareDatabase } from '../../coordinator/db/testing/fresh-database.ts'
import { chooseDatabase } from '../start/database-choice.ts'
import { HearthCommand } from './testing/hearth-command.ts'

// New databases are made in seconds on a free machine, and in many on one that runs all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const KILLS = 4

describe.skipIf(!testEnvironment.databaseUrl)('the database moves', () => {
  let base = ''
  let filled = ''
  let contents: Record<string, unknown>
  beforeAll(async () => {
    base = await mkdtemp(join(tmpdir(), 'hearth-move-'))
    filled = await filledFolder()
    contents = await databaseContents({ data: filled })
  })
  afterAll(async () => {
    await rm(base, { recursive: true, force: true })
    await rm(filled, { recursive: true, force: true })
  })

  async function dataOf(name: string): Promise<string> {
    const data = join(base, name)
    await cp(filled, data, { recursive: true })
    return data
  }
  const move = (data: string, to: string) => ['database', 'move', '--to', to, '--data', data]
  async function bareServer() {
    const bare = await bareDatabase('server')
    if (!('url' in bare.address)) throw new Error('Not a server')
    return { url: bare.address.url, db: bare.db, [Symbol.asyncDispose]: () => bare[Symbol.asyncDispose]() }
  }

  test('to a server and back, row for row, and each is remembered and kept', async () => {
    await using server = await bareServer()
    const data = await dataOf('there-and-back')
    const there = await HearthCommand.run(move(data, server.url))
    expect(there.exitCode, there.said).toBe(0)
    expect(there.said).toContain('compared row by row')
    expect(chooseDatabase(data, undefined).location).toEqual({ url: server.url })
    expect(await databaseContents({ url: server.url })).toEqual(contents)
    expect((await readdir(data)).filter((name) => name.startsWith('database.old-'))).toHaveLength(1)
    expect((await readdir(join(data, 'backups'))).filter((name) => name.endsWith('.zst'))).toHaveLength(1)

    await sql`insert into account (name, password_hash, role) values ('on the server', 'x', 'user')`.execute(
      server.db,
    )
    const connected = await HearthCommand.run(move(data, 'embedded'))
    expect(connected).toMatchObject({ exitCode: 2, said: expect.stringContaining('Others are connected') })
    await server.db.destroy()

    const moved = await databaseContents({ url: server.url })
    const back = await HearthCommand.run(move(data, 'embedded'))
    expect(back.exitCode, back.said).toBe(0)
    expect(chooseDatabase(data, undefined).location).toEqual({ data })
    expect(await databaseContents({ data })).toEqual(moved)
    expect(await databaseContents({ url: server.url })).toEqual(moved)
  })

  test('killed at any moment, it is done by the next try, and the rows are there once', async () => {
    await using server = await bareServer()
    const data = await dataOf('killed')
    for (let kills = 0; kills < KILLS; kills += 1) {
      const command = new HearthCommand(move(data, server.url))
      await sleep(300 + Math.random() * 2_500)
      command.child.kill('SIGKILL')
      await command.end()
    }
    const last = await HearthCommand.run(move(data, server.url))
    // It may have been done by one that was killed too late.
    if (last.exitCode !== 0) expect(last.said).toContain('nothing to move')
    expect(chooseDatabase(data, undefined).location).toEqual({ url: server.url })
    expect(await databaseContents({ url: server.url })).toEqual(contents)
  })

  test('killed after the rows were there and before that was remembered, it only remembers', async () => {
    await using server = await bareServer()
    const data = await dataOf('late')
    expect(await HearthCommand.run(move(data, 'embedded'))).toMatchObject({
      exitCode: 2,
      said: expect.stringContaining('nothing to move'),
    })
    await HearthCommand.run(move(data, server.url))
    // As it was before: the embedded database in its place, and nothing remembered.
    await rm(join(data, 'database.json'))
    await cp(filled, data, { recursive: true })
    const again = await HearthCommand.run(move(data, server.url))
    expect(again.exitCode, again.said).toBe(0)
    expect(chooseDatabase(data, undefined).location).toEqual({ url: server.url })
    expect(await databaseContents({ url: server.url })).toEqual(contents)
  })

  test('a database with something in it is refused, and nothing changes', async () => {
    await using server = await bareServer()
    await sql`create table account (id int, name text)`.execute(server.db)
    await sql`insert into account values (1, 'somebody else')`.execute(server.db)
    const data = await dataOf('occupied')
    const { exitCode, said } = await HearthCommand.run(move(data, server.url))
    expect(said).toContain('not empty')
    expect(exitCode).toBe(2)
    expect(chooseDatabase(data, undefined).location).toEqual({ data })
    expect(await databaseContents({ data })).toEqual(contents)
    const { rows } = await sql`select * from account`.execute(server.db)
    expect(rows).toEqual([{ id: 1, name: 'somebody else' }])
  })

  test('while a Hearth runs it is refused, naming the process', async () => {
    const data = await dataOf('running')
    const lock = await lockFolder(data, 'hearth')
    try {
      const { exitCode, said } = await HearthCommand.run(move(data, 'postgres://nobody@127.0.0.1:1/none'))
      expect(said).toContain(`process ${process.pid}`)
      expect(exitCode).toBe(2)
    } finally {
      lock.release()
    }
  })
})

test('a server that does not answer is one sentence without its password', async () => {
  const to = 'postgres://me:secret@127.0.0.1:1/none'
  const data = await mkdtemp(join(tmpdir(), 'hearth-none-'))
  const { exitCode, said } = await HearthCommand.run(['backup', '--data', data], { databaseUrl: to })
  await rm(data, { recursive: true })
  expect(said).toContain('postgres://me@127.0.0.1:1/none cannot be used (connect ECONNREFUSED')
  expect(said.trim().split('\n')).toHaveLength(1)
  expect(exitCode).toBe(1)
})

test.each([
  [['database', 'move'], '--to is missing'],
  [['database', 'move', '--to', ''], 'is empty'],
  [['restore'], 'FILE is missing'],
  [['restore', 'a', 'b'], 'one word too many'],
  [['backup', '--nonsense'], '--nonsense'],
  [['backup', 'now'], 'one word too many'],
  [['fly'], 'no command "fly"'],
])('%j is refused with one sentence', async (args, words) => {
  const { exitCode, said, report } = await HearthCommand.run(args)
  expect(said).toContain(words)
  expect(said.trim().split('\n')).toHaveLength(1)
  expect({ exitCode, report }).toEqual({ exitCode: 2, report: '' })
})

test.each(['--help', 'backup --help', 'restore -h', 'database move --help'])(
  'hearth %s says how to use it',
  async (words) => {
    const { exitCode, report } = await HearthCommand.run(words.split(' '))
    expect(report).toMatch(/^Usage: hearth/)
    expect(exitCode).toBe(0)
  },
)
