import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Server } from 'socket.io'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { headersOf, siteCombinations } from '../http/testing/site-combinations.ts'
import { allowSocketRequest } from './allow-socket-request.ts'

/** A server that lets in as many connections as it has places. */
async function startServer(places: number) {
  const http = createServer()
  let free = places
  const admits = () => {
    free -= 1
    return free >= 0
  }
  const io = new Server(http, { serveClient: false, allowRequest: allowSocketRequest([], { admits }) })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}/socket.io/?EIO=4`
  return {
    url,
    async isLetIn(query: string, headers = {}): Promise<boolean> {
      const socket = new WebSocket(`${url.replace('http', 'ws')}&transport=websocket${query}`, { headers })
      const isOpen = await once(socket, 'open').then(
        () => true,
        () => false,
      )
      socket.on('error', () => undefined)
      socket.terminate()
      return isOpen
    },
    async [Symbol.asyncDispose]() {
      await io.close()
    },
  }
}

test.each(['', '&sid=', '&x=1&sid='])(
  'a new connection needs a place, whatever it says (%j)',
  async (query) => {
    await using server = await startServer(1)
    expect(await server.isLetIn(query)).toBe(true)
    expect(await server.isLetIn(query)).toBe(false)
  },
)

test('a connection takes one place, however often it polls', async () => {
  await using server = await startServer(1)
  const opened = await fetch(`${server.url}&transport=polling`).then((response) => response.text())
  const sid = /"sid":"([^"]+)"/.exec(opened)?.[1]
  for (let poll = 0; poll < 3; poll += 1) {
    const body = poll === 0 ? '40' : '42["x"]'
    const answer = await fetch(`${server.url}&transport=polling&sid=${sid}`, { method: 'POST', body })
    expect(answer.status).toBe(200)
  }
})

test('a page of another site gets no place', async () => {
  await using server = await startServer(1)
  expect(await server.isLetIn('', { origin: 'https://elsewhere.example' })).toBe(false)
  expect(await server.isLetIn('')).toBe(true)
})

test('of forty ways to say where a connection comes from, a socket takes only our own and programs', async () => {
  await using server = await startServer(1_000)
  const own = new URL(server.url).origin
  for (const each of siteCombinations(own, 'hearth_session=x')) {
    expect(await server.isLetIn('', headersOf(each)), JSON.stringify(each)).toBe(each.passes)
  }
})

test('long polling, the other way in, takes no word of another site and hands none out', async () => {
  await using server = await startServer(1_000)
  const { origin } = new URL(server.url)
  for (const each of siteCombinations(origin, 'hearth_session=x')) {
    const read = await fetch(`${server.url}&transport=polling`, { headers: headersOf(each) })
    // A plain read of our own page says nothing of itself; only a word that it is another's counts.
    const isForeign =
      each.site !== 'same-origin' &&
      (each.origin === undefined ? each.site !== undefined : each.origin !== origin)
    expect(read.status === 200, `read ${JSON.stringify(each)}`).toBe(!isForeign)
    const write = await fetch(`${server.url}&transport=polling`, {
      method: 'POST',
      headers: headersOf(each),
      body: '40/agents,',
    })
    expect(write.status, `write ${JSON.stringify(each)}`).not.toBe(200)
  }
})
