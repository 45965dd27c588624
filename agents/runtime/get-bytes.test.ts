import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { expect, onTestFinished, test } from 'vitest'
import { CoordinatorHttp } from './coordinator-http.ts'

const never = new AbortController().signal

/** The far side: a coordinator that answers what the test wants, and the client that asks it. */
async function start(answer: RequestListener, silenceLimitMs?: number): Promise<CoordinatorHttp> {
  const server = createServer(answer).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const http = new CoordinatorHttp({ silenceLimitMs })
  http.setSession(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'secret')
  onTestFinished(async () => {
    http.close()
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  })
  return http
}

test('bytes come by the agent’s token, with the range that was asked for', async () => {
  const http = await start((request, response) => {
    const { authorization, range } = request.headers
    response.writeHead(206).end(`${request.url} ${authorization} ${range}`)
  })
  const bytes = await buffer(await http.get('/api/x?token=1', { range: 'bytes=5-9' }, never))
  expect(bytes.toString()).toBe('/api/x?token=1 Bearer secret bytes=5-9')
})

test('what the coordinator refuses comes out as it said', async () => {
  const error = { code: 'lease_lost', message: 'This agent does not hold job 7 any more' }
  const http = await start((_, response) => void response.writeHead(409).end(JSON.stringify({ error })))
  await expect(http.get('/api/x', {}, never)).rejects.toMatchObject(error)
})

test('a connection that breaks under the bytes is no end of them', async () => {
  const http = await start((_, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('half')
    setImmediate(() => response.destroy())
  })
  const read = http.get('/api/x', {}, never).then((bytes) => buffer(bytes))
  await expect(read).rejects.toMatchObject({ code: 'unavailable' })
})

test('a coordinator that falls silent counts as gone after a while', async () => {
  const http = await start((_, response) => void response.writeHead(200).write('half'), 100)
  const read = http.get('/api/x', {}, never).then((bytes) => buffer(bytes))
  await expect(read).rejects.toMatchObject({ code: 'unavailable' })
})

test('who is aborted or has enough closes the connection', async () => {
  const closed: string[] = []
  const http = await start((request, response) => {
    response.once('close', () => closed.push(request.url ?? ''))
    response.writeHead(200).write('half')
  })
  const aborting = new AbortController()
  const aborted = await http.get('/aborted', {}, aborting.signal)
  aborting.abort(new Error('enough'))
  await expect(buffer(aborted)).rejects.toThrow()
  const left = await http.get('/left', {}, never)
  left.destroy()
  await expect.poll(() => closed.toSorted(), { timeout: 20_000 }).toEqual(['/aborted', '/left'])
})

test('an agent that has met no coordinator says so', async () => {
  await expect(new CoordinatorHttp().get('/x', {}, never)).rejects.toMatchObject({ code: 'unavailable' })
})
