import { expect, test } from 'vitest'
import { rawRequest, startTestServer, type TestServer } from './testing/test-server.ts'

const password = 'correct horse battery'

function post(server: TestServer, path: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(server.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  })
}

test('the setup link works once, also when two browsers race, and signs its winner in', async () => {
  await using server = await startTestServer()
  const token = server.setupToken.value
  await expect((await fetch(`${server.url}/api/setup`)).json()).resolves.toMatchObject({ needed: true })
  expect((await post(server, '/api/setup', { token: 'guess', name: 'Eve', password })).status).toBe(403)
  expect((await post(server, '/api/setup', { token, name: 'Ada', password: 'short' })).status).toBe(400)

  const race = await Promise.all([
    post(server, '/api/setup', { token, name: 'Ada', password }),
    post(server, '/api/setup', { token, name: 'Bob', password }),
  ])
  expect(race.map(({ status }) => status).sort()).toEqual([200, 409])
  await expect((await fetch(`${server.url}/api/setup`)).json()).resolves.toMatchObject({ needed: false })
  expect((await post(server, '/api/setup', { token, name: 'Eve', password })).status).toBe(409)

  const winner = race.find(({ status }) => status === 200)!
  const setCookie = winner.headers.get('set-cookie')!
  expect(setCookie).toMatch(/^hearth_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; Expires=/)
  const cookie = setCookie.split(';')[0]!
  const session = await fetch(`${server.url}/api/session`, { headers: { cookie } })
  expect(await session.json()).toMatchObject({ role: 'admin' })
})

test('signing in rotates the session and signing out ends it', async () => {
  await using server = await startTestServer()
  await post(server, '/api/setup', { token: server.setupToken.value, name: 'Ada', password })
  const own = { origin: server.url }
  const cookieFrom = (answer: Response) => answer.headers.get('set-cookie')!.split(';')[0]!
  const whoWith = async (cookie: string) =>
    (await fetch(`${server.url}/api/session`, { headers: { cookie } })).status

  const first = cookieFrom(await post(server, '/api/session', { name: 'ada', password }))
  const second = cookieFrom(
    await post(server, '/api/session', { name: 'ada', password }, { cookie: first, ...own }),
  )
  expect(second).not.toBe(first)
  expect(await whoWith(first)).toBe(401)
  expect(await whoWith(second)).toBe(200)
  expect(server.signedOut).toEqual([first.split('=')[1]])

  const out = await fetch(`${server.url}/api/session`, {
    method: 'DELETE',
    headers: { cookie: second, ...own },
  })
  expect(out.status).toBe(200)
  expect(out.headers.get('set-cookie')).toMatch(/^hearth_session=; .*Expires=Thu, 01 Jan 1970/)
  expect(await whoWith(second)).toBe(401)
})

test('behind https the cookie is Secure and bound to the host, and a plain one is not believed', async () => {
  await using server = await startTestServer({ publicOrigins: ['https://photos.example'] })
  const headers = {
    'content-type': 'application/json',
    host: 'photos.example',
    origin: 'https://photos.example',
  }
  const body = JSON.stringify({ token: server.setupToken.value, name: 'Ada', password })
  const setup = await rawRequest(server.url, '/api/setup', { method: 'POST', headers, body })
  const setCookie = setup.headers['set-cookie']![0]!
  expect(setCookie).toMatch(/^__Host-hearth_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; .*; Secure$/)
  const cookie = setCookie.split(';')[0]!
  const ask = (cookie: string) =>
    rawRequest(server.url, '/api/session', { headers: { host: 'photos.example', cookie } })
  expect((await ask(cookie)).status).toBe(200)
  expect((await ask(cookie.replace('__Host-', ''))).status).toBe(401)
})

test('ten tries a minute for each account, and the answer says when to come back', async () => {
  await using server = await startTestServer()
  await post(server, '/api/setup', { token: server.setupToken.value, name: 'Ada', password })
  for (let attempt = 0; attempt < 10; attempt += 1) {
    expect((await post(server, '/api/session', { name: 'Ada', password: `guess ${attempt}` })).status).toBe(
      401,
    )
  }
  const refused = await post(server, '/api/session', { name: 'ADA', password })
  expect(refused.status).toBe(429)
  expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
  // Somebody else in the house is not locked out by that.
  expect((await post(server, '/api/session', { name: 'Bob', password })).status).toBe(401)
})

test('many names from one address are refused as well, before a password is looked at', async () => {
  await using server = await startTestServer()
  const statuses: number[] = []
  for (let attempt = 0; attempt < 36; attempt += 1) {
    statuses.push((await post(server, '/api/session', { name: `name ${attempt}`, password: 'guess' })).status)
  }
  expect(statuses.slice(0, 30).every((status) => status === 401)).toBe(true)
  expect(statuses.slice(30).every((status) => status === 429)).toBe(true)
})
