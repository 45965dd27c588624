import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { RouteContract } from '../../protocol/api/route-contract.ts'
import { routes } from '../../protocol/api/routes.ts'
import { cookieOf, startTestServer } from './testing/test-server.ts'

type Operation = {
  operationId: string
  security: object[]
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: object
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown> }
}

test('the OpenAPI document has every route with its parameters, body, answer and access', async () => {
  await using server = await startTestServer()
  const headers = { cookie: await cookieOf(server.db, 'user') }
  const document = (await (await fetch(`${server.url}/api/openapi.json`, { headers })).json()) as Document
  expect(document.openapi).toBe('3.1.0')
  for (const [name, contract] of Object.entries(routes)) {
    const route: RouteContract = contract
    const operation = document.paths[route.path.replace(/:(\w+)/g, '{$1}')]?.[route.method]
    expect(operation?.operationId).toBe(name)
    const { parameters = [], security, requestBody, responses } = operation!
    for (const key of Object.keys(route.params?.shape ?? {})) {
      expect(parameters, `${name} ${key}`).toContainEqual(expect.objectContaining({ name: key, in: 'path' }))
    }
    for (const key of Object.keys(route.query?.shape ?? {})) {
      expect(parameters, `${name} ${key}`).toContainEqual(expect.objectContaining({ name: key, in: 'query' }))
    }
    expect(security.length, name).toBe(route.access === 'public' ? 0 : 1)
    if (route.body) expect(requestBody, name).toBeDefined()
    expect(Object.keys(responses), name).toEqual(['200', 'default'])
  }
  const operations = Object.values(document.paths).flatMap((path) => Object.keys(path))
  expect(operations).toHaveLength(Object.keys(routes).length)
  // Every reference leads somewhere.
  for (const [, name] of JSON.stringify(document).matchAll(/"#\/components\/schemas\/([^"]+)"/g)) {
    expect(document.components.schemas).toHaveProperty(name!)
  }
  expect(Object.keys(document.components.schemas)).toEqual(
    expect.arrayContaining(['AssetDetail', 'AssetTile', 'Error']),
  )
})

test('the pages of /docs load only files of this server, and no inline script', async () => {
  await using server = await startTestServer()
  const headers = { cookie: await cookieOf(server.db, 'user') }
  const page = await (await fetch(`${server.url}/docs`, { headers })).text()
  const urls = [...page.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url!)
  expect(urls).toHaveLength(4)
  for (const url of urls) {
    expect(url).toMatch(/^\/docs\//)
    const answer = await fetch(server.url + url, { headers })
    expect(answer.status, url).toBe(200)
    expect((await answer.arrayBuffer()).byteLength).toBeGreaterThan(50)
  }
  expect(page).not.toMatch(/<script>| on\w+=/)
  expect((await fetch(`${server.url}/docs/package.json`, { headers })).status).toBe(404)
  expect((await fetch(`${server.url}/docs/constructor`, { headers })).status).toBe(404)
})

test('metrics have the queue and the lateness of the event loop', async () => {
  await using server = await startTestServer()
  const headers = { cookie: await cookieOf(server.db, 'admin') }
  const answer = await fetch(`${server.url}/api/metrics`, { headers })
  expect(answer.headers.get('content-type')).toContain('text/plain')
  await sleep(100)
  const stall = performance.now()
  while (performance.now() - stall < 200);
  const text = await (await fetch(`${server.url}/api/metrics`, { headers })).text()
  expect(text).toMatch(/^hearth_jobs\{kind="file.ingest",state="queued"\} 0$/m)
  const max = Number(/^hearth_event_loop_delay_seconds\{quantile="max"\} (\S+)$/m.exec(text)?.[1])
  expect(max).toBeGreaterThan(0.15)
  expect(max).toBeLessThan(5)
})
