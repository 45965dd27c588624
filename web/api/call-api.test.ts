import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { callApi, requestPath } from './call-api.ts'

const realFetch = globalThis.fetch
let close: (() => void) | undefined

/** A far side that answers everything with the same; the page's own origin is where it listens. */
async function answering(status: number, body: string): Promise<{ requests: string[] }> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    response.writeHead(status, { 'content-type': 'application/json' }).end(body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  globalThis.fetch = (path, init) => realFetch(`${origin}${path}`, init)
  close = () => server.close()
  return { requests }
}

afterEach(() => {
  globalThis.fetch = realFetch
  close?.()
})

test('a path gets its parameters and only the query that is set', () => {
  expect(requestPath('/api/timeline/:bucket', { bucket: '2024-05' }, { limit: 5, cursor: undefined })).toBe(
    '/api/timeline/2024-05?limit=5',
  )
  expect(requestPath('/api/derived/:hash', { hash: 'a/b' })).toBe('/api/derived/a%2Fb')
})

test('an answer is parsed by the contract', async () => {
  const { requests } = await answering(200, '{"items":[],"nextCursor":null}')
  expect(await callApi('listAssets', { query: { hasRaw: true } })).toEqual({ items: [], nextCursor: null })
  expect(requests).toEqual(['GET /api/assets?hasRaw=true'])
})

test('an answer that breaks the contract is refused with a sentence', async () => {
  await answering(200, '{"items":[{"id":"one"}],"nextCursor":null}')
  await expect(callApi('listAssets')).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('Reload'),
  })
})

test("the server's own sentence and code come through", async () => {
  await answering(403, '{"error":{"code":"forbidden","message":"Only an administrator may do this."}}')
  await expect(callApi('getSession')).rejects.toMatchObject({
    code: 'forbidden',
    message: 'Only an administrator may do this.',
  })
})

test('a failure without a body still says whether to sign in', async () => {
  await answering(401, 'gone')
  await expect(callApi('getSession')).rejects.toMatchObject({ code: 'unauthenticated' })
})

test('an unreachable server is told apart from an aborted call', async () => {
  globalThis.fetch = () => Promise.reject(new TypeError('failed'))
  await expect(callApi('getSession')).rejects.toMatchObject({ code: 'unavailable' })
  const abort = new AbortController()
  abort.abort()
  await expect(callApi('getSession', { signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
})
