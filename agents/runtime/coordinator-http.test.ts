import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buffer, text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { CoordinatorHttp } from './coordinator-http.ts'
import type { DerivedBytes } from './job-handler.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, attempt: number) => void | Promise<void>

/** The far side: an HTTP server that answers what the test wants, and the client under test. */
async function startServer(answer: Answer, silenceLimitMs?: number) {
  const requests: string[] = []
  const server = createServer((request, response) => {
    requests.push(`${request.method} ${request.url}`)
    void answer(request, response, requests.length)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const http = new CoordinatorHttp({ silenceLimitMs })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  http.setSession(url, 'secret')
  return {
    http,
    url,
    requests,
    [Symbol.asyncDispose]: async () => {
      http.close()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const json = (response: ServerResponse, value: unknown, status = 200) =>
  void response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))

const refuse = (response: ServerResponse, status: number, code: string, message: string) =>
  json(response, { error: { code, message } }, status)

function derived(content: string): DerivedBytes {
  const bytes = Buffer.from(content)
  return { hash: createHash('sha256').update(bytes).digest('hex'), bytes, mimeType: 'image/webp' }
}

const files = ['one', 'two', 'three'].map(derived)
const never = new AbortController().signal

/** Keeps what is put, as the real store does; `disturb` may answer first. */
function store(disturb: (request: IncomingMessage, response: ServerResponse, attempt: number) => boolean) {
  const kept = new Map<string, string>()
  const answer: Answer = async (request, response, attempt) => {
    if (disturb(request, response, attempt)) return
    expect(request.headers.authorization).toBe('Bearer secret')
    if (request.method === 'POST') {
      const { hashes } = JSON.parse(await text(request))
      json(response, { missing: hashes.filter((hash: string) => !kept.has(hash)) })
    } else {
      expect(request.headers['content-type']).toBe('image/webp')
      const bytes = await buffer(request)
      kept.set(request.url!.split('/').at(-1)!, bytes.toString())
      json(response, {})
    }
  }
  return { kept, answer }
}

test('derived files are asked for first, and only those that are missing are sent', async () => {
  const { kept, answer } = store(() => false)
  kept.set(files[1]!.hash, 'two')
  await using t = await startServer(answer)
  await t.http.storeDerived(files, never)
  expect(t.requests[0]).toBe('POST /api/derived/missing')
  expect(t.requests.slice(1).toSorted()).toEqual(
    [files[0]!, files[2]!].map(({ hash }) => `PUT /api/derived/${hash}`).toSorted(),
  )
  expect([...kept.values()].toSorted()).toEqual(['one', 'three', 'two'])
  await t.http.storeDerived(files, never)
  expect(t.requests).toHaveLength(4)
  await t.http.storeDerived([], never)
  expect(t.requests).toHaveLength(4)
})

test('a connection that breaks in the middle is tried again, and what arrived is not sent twice', async () => {
  const { kept, answer } = store((request, _response, attempt) => {
    // The first file arrives, the others break off.
    if (attempt !== 3 && attempt !== 4) return false
    request.socket.destroy()
    return true
  })
  await using t = await startServer(answer)
  await t.http.storeDerived(files, never)
  expect(kept.size).toBe(3)
  expect(t.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2)
  expect(t.requests.filter((request) => request === t.requests[1])).toHaveLength(1)
})

test('a coordinator that is silent counts as gone after a while', async () => {
  const { kept, answer } = store((_request, _response, attempt) => attempt === 1)
  await using t = await startServer(answer, 150)
  await t.http.storeDerived(files, never)
  expect(kept.size).toBe(3)
  expect(t.requests.filter((request) => request.startsWith('POST'))).toHaveLength(2)
})

test('a token that was renewed meanwhile is used at the next try', async () => {
  await using t = await startServer((request, response, attempt) => {
    if (attempt > 1) {
      expect(request.headers.authorization).toBe('Bearer newer')
      return json(response, { missing: [] })
    }
    t.http.setSession(t.url, 'newer')
    refuse(response, 401, 'unauthenticated', 'This token is no longer good')
  })
  await t.http.storeDerived(files, never)
  expect(t.requests).toHaveLength(2)
})

test('what the coordinator finds wrong is not tried again and comes out as it said', async () => {
  await using t = await startServer((_request, response) =>
    refuse(response, 400, 'bad_request', 'No such hash'),
  )
  await expect(t.http.storeDerived(files, never)).rejects.toMatchObject({
    code: 'bad_request',
    message: 'No such hash',
  })
  expect(t.requests).toHaveLength(1)
})

test('a job that is aborted does not go on trying', async () => {
  const abort = new AbortController()
  await using t = await startServer((request) => {
    request.socket.destroy()
    abort.abort(new Error('The lease is gone'))
  })
  await expect(t.http.storeDerived(files, abort.signal)).rejects.toThrow('The lease is gone')
  expect(t.requests).toHaveLength(1)
})

test.each([
  ['a page of a proxy', '<html>Bad gateway</html>', 502],
  ['an error of another shape', '{"oops":true}', 500],
  ['no text at all', '', 503],
])('%s means that the coordinator is not available', async (_title, body, status) => {
  await using t = await startServer((_request, response) => void response.writeHead(status).end(body))
  const sent = t.http.sendTransfer('t'.repeat(22), { code: 'file_missing', message: 'x' }, never)
  await expect(sent).rejects.toMatchObject({ code: 'unavailable' })
})

test('a coordinator that is not there is not available, in a sentence that says where it should be', async () => {
  const http = new CoordinatorHttp()
  http.setSession('http://127.0.0.1:1', 'secret')
  const sent = http.sendTransfer('t'.repeat(22), { code: 'file_missing', message: 'x' }, never)
  await expect(sent).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('http://127.0.0.1:1'),
  })
  http.close()
})

test('a transfer carries the bytes, or the reason why there are none', async () => {
  const got: { url: string; type: string | undefined; body: string }[] = []
  await using t = await startServer(async (request, response) => {
    got.push({ url: request.url!, type: request.headers['content-type'], body: await text(request) })
    json(response, {})
  })
  const [one, other] = ['1'.repeat(22), '2'.repeat(22)]
  await t.http.sendTransfer(one, Readable.from([Buffer.from('by'), Buffer.from('tes')]), never)
  const reason = { code: 'file_missing', message: 'IMG_1.jpg is gone' } as const
  await t.http.sendTransfer(other, reason, never)
  expect(got).toEqual([
    { url: `/api/transfers/${one}`, type: 'application/octet-stream', body: 'bytes' },
    { url: `/api/transfers/${other}`, type: 'application/json', body: JSON.stringify(reason) },
  ])
})

test('a file that cannot be read to its end breaks its transfer off', async () => {
  const ended = Promise.withResolvers<unknown>()
  await using t = await startServer((request) => {
    request.on('error', ended.resolve).resume()
  })
  const broken = new Readable({ read() {} })
  broken.push(Buffer.alloc(100))
  const sent = t.http.sendTransfer('t'.repeat(22), broken, never)
  queueMicrotask(() => broken.destroy(new Error('disk error')))
  await expect(sent).rejects.toMatchObject({ code: 'unavailable' })
})

test('a browser that has gone is told as the coordinator says it, and the file is closed', async () => {
  await using t = await startServer((_request, response) =>
    refuse(response, 404, 'not_found', 'Nobody waits for this transfer'),
  )
  // More than any buffer on the way holds, so that it cannot be written to its end.
  const endless = new Readable({
    read() {
      this.push(Buffer.alloc(65_536))
    },
  })
  const closed = once(endless, 'close').catch(() => {})
  await expect(t.http.sendTransfer('t'.repeat(22), endless, never)).rejects.toMatchObject({
    code: 'not_found',
  })
  await closed
  expect(endless.destroyed).toBe(true)
})

test('readers that are slow do not hold up previews', async () => {
  const transfers = Array.from({ length: 20 }, (_, i) => String(i).padStart(22, 't'))
  await using t = await startServer((request, response) => {
    if (request.method === 'POST') json(response, { missing: [] })
    // A transfer is neither read nor answered: its browser has paused.
  })
  const abort = new AbortController()
  const sent = transfers.map((id) =>
    t.http.sendTransfer(id, Readable.from([Buffer.alloc(10)]), abort.signal).catch(() => {}),
  )
  await expect.poll(() => t.requests.length).toBe(transfers.length)
  await t.http.storeDerived(files, never)
  expect(t.requests.at(-1)).toBe('POST /api/derived/missing')
  abort.abort()
  await Promise.all(sent)
})
