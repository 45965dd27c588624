import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { LocalAccess, localAccessPath } from '../accounts/local-access.ts'
import { cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

type Answer = { status: number; body: Record<string, unknown> & { token?: string; id?: number } }

async function ask(
  server: TestServer,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: object,
): Promise<Answer> {
  const answer = await fetch(server.url + path, {
    method,
    headers: { ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  })
  return { status: answer.status, body: (await answer.json()) as Answer['body'] }
}

const signedIn = async (server: TestServer, role: 'admin' | 'user') => ({
  cookie: await cookieOf(server.db, role),
  'sec-fetch-site': 'same-origin',
})
const bearer = (token = '') => ({ authorization: `Bearer ${token}` })

async function make(server: TestServer, role: 'admin' | 'user', scope: string, name = 'backup') {
  return await ask(server, 'POST', '/api/tokens', await signedIn(server, role), { name, scope })
}

test('a token does what its scope says, and no more than its owner may', async () => {
  await using server = await startTestServer()
  const { body: admin } = await make(server, 'admin', 'admin')
  const { body: reader } = await make(server, 'admin', 'user', 'reader')
  expect(admin.token).toMatch(/^hearth_[\w-]{43}$/)
  expect((await ask(server, 'GET', '/api/jobs', bearer(reader.token))).status).toBe(200)
  expect((await ask(server, 'POST', '/api/jobs/retry', bearer(reader.token), {})).status).toBe(403)
  expect((await ask(server, 'POST', '/api/jobs/retry', bearer(admin.token), {})).status).toBe(200)

  expect((await make(server, 'user', 'admin')).status).toBe(403)
  // Who was an administrator when the token was made.
  await sql`update account set role = 'user'`.execute(server.db)
  expect((await ask(server, 'POST', '/api/jobs/retry', bearer(admin.token), {})).status).toBe(403)
})

test('it is kept as a hash, is listed without it, and is worth nothing once it is revoked', async () => {
  await using server = await startTestServer()
  const { body } = await make(server, 'user', 'user')
  const owner = await signedIn(server, 'user')
  const listed = JSON.stringify((await ask(server, 'GET', '/api/tokens', owner)).body)
  expect(listed).toContain('backup')
  expect(listed).not.toContain(body.token)
  const { rows } = await sql`select * from api_token`.execute(server.db)
  expect(JSON.stringify(rows)).not.toContain(body.token?.slice(7))

  const others = await signedIn(server, 'admin')
  expect((await ask(server, 'DELETE', `/api/tokens/${body.id}`, others)).status).toBe(404)
  expect((await ask(server, 'GET', '/api/jobs', bearer(body.token))).status).toBe(200)
  expect((await ask(server, 'DELETE', `/api/tokens/${body.id}`, owner)).status).toBe(200)
  expect((await ask(server, 'GET', '/api/jobs', bearer(body.token))).status).toBe(401)
})

test('the list says when it was used last', async () => {
  await using server = await startTestServer()
  const { body } = await make(server, 'user', 'user')
  expect(body.lastUsedAt).toBeNull()
  await ask(server, 'GET', '/api/jobs', bearer(body.token))
  const { body: list } = await ask(server, 'GET', '/api/tokens', bearer(body.token))
  expect(list.items).toMatchObject([{ name: 'backup', lastUsedAt: expect.any(String) }])
})

test('a token makes no tokens, and a name is given once', async () => {
  await using server = await startTestServer()
  const { body } = await make(server, 'admin', 'admin')
  const another = { name: 'another', scope: 'user' }
  expect((await ask(server, 'POST', '/api/tokens', bearer(body.token), another)).status).toBe(403)
  expect((await ask(server, 'DELETE', `/api/tokens/${body.id}`, bearer(body.token))).status).toBe(403)
  expect((await make(server, 'admin', 'user')).status).toBe(409)
})

test('a wrong token is nobody, also with the cookie of somebody', async () => {
  await using server = await startTestServer()
  const headers = { ...(await signedIn(server, 'admin')), ...bearer(`hearth_${'A'.repeat(43)}`) }
  expect((await ask(server, 'GET', '/api/jobs', headers)).status).toBe(401)
})

test('who can read the data folder is let in as its administrator, until the process ends', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-local-'))
  const localAccess = new LocalAccess(folder)
  try {
    await using server = await startTestServer({ localAccess })
    await localAccess.publish('http://127.0.0.1:1', null)
    const path = localAccessPath(folder)
    expect((await stat(path)).mode & 0o777).toBe(0o600)
    const { token } = JSON.parse(await readFile(path, 'utf8')) as { token: string }
    expect((await ask(server, 'GET', '/api/jobs', bearer(token))).status).toBe(401)
    await cookieOf(server.db, 'admin')
    expect((await ask(server, 'POST', '/api/jobs/retry', bearer(token), {})).status).toBe(200)
    expect((await ask(server, 'POST', '/api/jobs/retry', bearer(`${token}x`), {})).status).toBe(401)

    await localAccess.withdraw()
    await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' })
    const next = new LocalAccess(folder)
    expect(await next.findAccount(server.db, token)).toBeUndefined()
  } finally {
    await rm(folder, { recursive: true })
  }
})
