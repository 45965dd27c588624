import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { RouteContract } from '../../protocol/api/route-contract.ts'
import { routes } from '../../protocol/api/routes.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, rawRequest, startTestServer } from './testing/test-server.ts'

const lists = Object.values(routes).filter(
  (route: RouteContract) => route.query && 'cursor' in route.query.shape,
)

test('no cursor and no query makes a server error', async () => {
  await using server = await startTestServer()
  const agent = await addAgent(server.db, 'nas')
  await addSampleAsset(server.db, server.store, { agentId: agent.id })
  const headers = { cookie: await cookieOf(server.db, 'admin') }
  const json = fc.json({ maxDepth: 2 }).map((text) => Buffer.from(text).toString('base64url'))
  const shaped = fc
    .record({
      sort: fc.constantFrom('newest', 'oldest', 'x'),
      at: fc.oneof(
        fc.constant(null),
        fc.string(),
        fc.date().map(String),
        fc.constantFrom('2024-02-31T00:00:00', '-infinity'),
      ),
      id: fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger()),
    })
    .map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))
  const cursor = fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), json, shaped)
  const text = fc.string({ unit: 'binary', minLength: 1, maxLength: 40 })
  const day = fc.constantFrom('0000-01-01', '9999-12-31', '2024-02-29', '2023-02-29', 'x')
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...lists),
      cursor,
      text,
      day,
      fc.string(),
      async (route, cursor, text, day, limit) => {
        const path = route.path.replace(':id', '1').replace(':bucket', '2024-05')
        for (const query of [{ cursor }, { text, camera: text }, { from: day, to: day }, { limit }]) {
          const answer = await rawRequest(
            server.url,
            `${path}?${new URLSearchParams(query as unknown as Record<string, string>)}`,
            { headers },
          )
          // 409: there is no model to search with.
          expect([200, 400, 409], `${path} ${JSON.stringify(query)} ${answer.body}`).toContain(answer.status)
          if ('cursor' in query && answer.status === 200) expect(() => atob(cursor)).not.toThrow()
        }
      },
    ),
    { numRuns: 60 },
  )
  expect(server.log).toEqual([])
})

test.each([
  ['{"name":', 400],
  ['"text"', 400],
  ['[]', 400],
  ['{}', 400],
  ['{"name":"a","password":1}', 400],
  ['{"name":"a\\u0000b","password":"1234567890"}', 400],
  [`{"name":"a",${' '.repeat(2_000_000)}`, 413],
  ['{"__proto__":{"name":"a"},"name":"a","password":"1234567890"}', 400],
])('a body of %j gets %i', async (body, status) => {
  await using server = await startTestServer()
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  })
  expect(answer.status).toBe(status)
  expect(await answer.json()).toHaveProperty('error.message')
  expect(server.log).toEqual([])
})

test('a form is no JSON', async () => {
  await using server = await startTestServer()
  const answer = await fetch(`${server.url}/api/session`, {
    method: 'POST',
    body: new URLSearchParams({ name: 'a', password: '1234567890' }),
  })
  expect(answer.status).toBe(400)
})

test('an id that is none is a bad request, an unknown one is not found', async () => {
  await using server = await startTestServer()
  const headers = { cookie: await cookieOf(server.db, 'admin') }
  for (const id of ['0', '-1', '1.5', 'x', '1e999', '99999999999999999999', '%00', '..%2f1', "1'--"]) {
    for (const rest of ['', '/thumbnail', '/preview', '/original']) {
      const answer = await rawRequest(server.url, `/api/assets/${id}${rest}`, { headers })
      expect([400, 404], `${id}${rest}`).toContain(answer.status)
    }
  }
  expect((await fetch(`${server.url}/api/assets/123`, { headers })).status).toBe(404)
  expect((await fetch(`${server.url}/api/libraries/123/scans`, { headers })).status).toBe(404)
  expect(server.log).toEqual([])
})

test('an unexpected error is logged once and its text stays inside', async () => {
  await using server = await startTestServer()
  const headers = { cookie: await cookieOf(server.db, 'admin') }
  await server.db.schema.dropTable('timeline_bucket').execute()
  const answer = await fetch(`${server.url}/api/timeline`, { headers })
  expect(answer.status).toBe(500)
  expect(await answer.text()).not.toContain('timeline_bucket')
  expect(server.log).toHaveLength(1)
  expect(server.log[0]).toContain('timeline_bucket')
})
