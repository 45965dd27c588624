import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { expect, test } from 'vitest'
import { hashPassword } from '../accounts/password-hash.ts'
import { makeCertificate } from '../tls/make-certificate.ts'
import { startTestServer, type TestServer } from './testing/test-server.ts'

const PASSWORD = 'a warm evening'

async function startSecureServer() {
  const certificate = await makeCertificate({ dns: ['localhost'], ip: ['127.0.0.1'] }, new Date())
  const server = await startTestServer({ certificate })
  await server.db
    .insertInto('account')
    .values({ name: 'anna', password_hash: await hashPassword(PASSWORD), role: 'admin' })
    .execute()
  return { server, ca: certificate.cert }
}

async function ask(
  { server, ca }: { server: TestServer; ca: string },
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: unknown } = {},
) {
  const headers = { 'content-type': 'application/json', 'sec-fetch-site': 'same-origin', ...options.headers }
  const request = httpsRequest(new URL(path, server.url), { method: options.method ?? 'GET', ca, headers })
  request.end(options.body === undefined ? undefined : JSON.stringify(options.body))
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  response.resume()
  await once(response, 'end')
  return response
}

test('over TLS the session is a cookie that no other host can set and no plain page can send', async () => {
  const t = await startSecureServer()
  await using _server = t.server
  const answer = await ask(t, '/api/session', { method: 'POST', body: { name: 'anna', password: PASSWORD } })
  expect(answer.statusCode).toBe(200)
  const [cookie = ''] = answer.headers['set-cookie'] ?? []
  expect(cookie).toMatch(/^__Host-hearth_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax; .*; Secure$/)
  const pair = cookie.slice(0, cookie.indexOf(';'))
  expect((await ask(t, '/api/session', { headers: { cookie: pair } })).statusCode).toBe(200)
  // The name without the prefix could have been set by anyone on the way.
  const plain = pair.replace('__Host-', '')
  expect((await ask(t, '/api/session', { headers: { cookie: plain } })).statusCode).toBe(401)
})

test('browsers are not told to come back over TLS only: another program of this host may have none', async () => {
  const t = await startSecureServer()
  await using _server = t.server
  const answer = await ask(t, '/api/health')
  expect(answer.headers['strict-transport-security']).toBeUndefined()
})

test('plain HTTP gets nothing', async () => {
  const t = await startSecureServer()
  await using _server = t.server
  const request = httpRequest(new URL('/api/health', t.server.url.replace('https:', 'http:')))
  request.end()
  const [error] = await once(request, 'error')
  expect(error).toMatchObject({ code: 'ECONNRESET' })
})
