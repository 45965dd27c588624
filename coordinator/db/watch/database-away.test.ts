import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import type { Closers } from '../../../config/run-process.ts'
import { startCoordinator } from '../../coordinator.ts'
import { createKey, TestAgent } from '../../hub/testing/test-agent.ts'
import { EmbeddedProcess } from '../testing/embedded-process.ts'

const LIMIT_MS = 180_000
const password = 'a long enough password'

test('while the database is away everything is unavailable, and goes on by itself when it is back', {
  timeout: LIMIT_MS,
}, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-away-'))
  const socketFolder = join(folder, 'database')
  await mkdir(socketFolder)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, password)
  const key = createKey()
  const log: { level: number; msg: string }[] = []
  const closers: Closers = []
  let database = await EmbeddedProcess.start(socketFolder)
  const { port } = await startCoordinator(
    CoordinatorConfig.parse({
      port: 0,
      database: { socketFolder },
      dataFolder: folder,
      admin: { name: 'anna', passwordFile },
      enrolledAgents: [{ name: 'vault', publicKey: key.publicKey }],
    }),
    pino({ level: 'info' }, { write: (line: string) => void log.push(JSON.parse(line)) }),
    closers,
  )
  const url = `http://127.0.0.1:${port}`
  const signedIn = await fetch(`${url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ name: 'anna', password }),
  })
  const cookie = signedIn.headers.get('set-cookie')!.split(';')[0]!
  const ask = async (path: string) => {
    const answer = await fetch(url + path, { headers: { cookie } })
    return { status: answer.status, body: await answer.json() }
  }
  const agent = await TestAgent.dial(url, key)
  await agent.ask('hello', agent.hello())
  expect(await agent.lease('ingest', 1)).toEqual([])
  expect(await ask('/api/database')).toMatchObject({ status: 200, body: { state: 'well' } })

  await database.kill()
  const away = {
    status: 503,
    body: { error: { code: 'unavailable', message: expect.stringMatching(/^The database does not answer/) } },
  }
  for (const path of ['/api/ready', '/api/database', '/api/timeline', '/api/metrics'])
    expect(await ask(path), path).toEqual(away)
  expect(await ask('/api/health')).toMatchObject({ status: 200 })
  const slots = [{ capability: 'ingest' as const, count: 1 }]
  expect(await agent.refusal('lease.request', { slots })).toMatchObject({ code: 'unavailable' })
  await expect
    .poll(() => log.map(({ msg }) => msg), { timeout: LIMIT_MS })
    .toContain('the database does not answer')

  database = await EmbeddedProcess.start(socketFolder)
  await expect
    .poll(() => log.map(({ msg }) => msg), { timeout: LIMIT_MS })
    .toContain('the database answers again')
  expect(await ask('/api/ready')).toMatchObject({ status: 200 })
  expect(await ask('/api/database')).toMatchObject({ status: 200 })
  // Over the same connection: the agent noticed nothing but a refusal.
  expect(await agent.lease('ingest', 1)).toEqual([])

  // Said once, not with every beat and every request.
  const complaints = log.filter(({ level }) => level >= 40).map(({ msg }) => msg)
  expect(complaints).toEqual(['the database does not answer'])
  agent.socket.disconnect()
  for (const close of closers.toReversed()) await close()
  await database.kill()
  await rm(folder, { recursive: true })
})
