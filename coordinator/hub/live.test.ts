import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { io as connect, type Socket } from 'socket.io-client'
import { expect, test } from 'vitest'
import { type LiveEvent, liveEvents } from '../../protocol/live.ts'
import { endSession } from '../accounts/sessions.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { addAgent, cookieOf } from '../http/testing/test-server.ts'
import { markConnected } from '../testing/mark-connected.ts'
import { allowSocketRequest } from './allow-socket-request.ts'
import { Coalesce } from './coalesce.ts'
import { attachLive } from './live.ts'

async function startLive() {
  const fresh = await freshDatabase()
  const server = createServer()
  const io = new Server(server, { allowRequest: allowSocketRequest(['https://photos.example']) })
  const live = attachLive(io, {
    db: fresh.db,
    log: pino({ level: 'silent' }),
    publicOrigins: [],
    isShared: false,
    guard: { trust: () => {} },
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const clients: Socket[] = []
  return {
    db: fresh.db,
    live,
    url,
    connect: (headers: Record<string, string>, transport: 'polling' | 'websocket' = 'websocket') => {
      const client = connect(`${url}/live`, {
        extraHeaders: headers,
        transports: [transport],
        reconnection: false,
        forceNew: true,
      })
      clients.push(client)
      return client
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client.disconnect()
      live.close()
      await io.close()
      await fresh[Symbol.asyncDispose]()
    },
  }
}

/** `connected`, or why not. */
async function outcome(client: Socket): Promise<string> {
  return await new Promise((resolve) => {
    client.on('connect', () => resolve('connected'))
    client.on('connect_error', (error) => resolve(error.message))
  })
}

test('a socket needs a session and must not come from another site', async () => {
  await using t = await startLive()
  const cookie = await cookieOf(t.db, 'user')
  expect(await outcome(t.connect({}))).toBe('Sign in first')
  expect(await outcome(t.connect({ cookie: `hearth_session=${'A'.repeat(43)}`, origin: t.url }))).toBe(
    'Sign in first',
  )
  for (const transport of ['polling', 'websocket'] as const) {
    expect(await outcome(t.connect({ cookie, origin: t.url }, transport))).toBe('connected')
    expect(await outcome(t.connect({ cookie, origin: 'https://photos.example' }, transport))).toBe(
      'connected',
    )
    expect(await outcome(t.connect({ cookie, 'sec-fetch-site': 'same-origin' }, transport))).toBe('connected')
    expect(await outcome(t.connect({ cookie, origin: 'https://evil.example' }, transport))).not.toBe(
      'connected',
    )
    expect(await outcome(t.connect({ cookie, 'sec-fetch-site': 'cross-site' }, transport))).not.toBe(
      'connected',
    )
    expect(await outcome(t.connect({ origin: 'https://evil.example' }, transport))).not.toBe('connected')
  }
  expect(await outcome(t.connect({ cookie }, 'websocket'))).not.toBe('connected')
})

test('changes arrive whole, as the contract says, at most twice a second and the last one always', async () => {
  await using t = await startLive()
  const client = t.connect({ cookie: await cookieOf(t.db, 'user'), origin: t.url })
  expect(await outcome(client)).toBe('connected')
  const received: { event: LiveEvent; atMs: number; message: unknown }[] = []
  for (const event of Object.keys(liveEvents) as LiveEvent[]) {
    client.on(event, (message: unknown) => {
      received.push({ event, atMs: performance.now(), message: liveEvents[event].parse(message) })
    })
  }
  const startMs = performance.now()
  while (performance.now() - startMs < 1_600) {
    for (const event of Object.keys(liveEvents) as LiveEvent[]) t.live.changed(event)
    await sleep(5)
  }
  const agent = await addAgent(t.db, 'late')
  await markConnected(t.db, agent.id)
  t.live.changed('agents')
  await sleep(900)
  for (const event of Object.keys(liveEvents) as LiveEvent[]) {
    const times = received.filter((each) => each.event === event).map(({ atMs }) => atMs)
    expect(times.length, event).toBeGreaterThanOrEqual(3)
    expect(times.length, event).toBeLessThanOrEqual(6)
  }
  const last = received.findLast(({ event }) => event === 'agents')
  expect(last?.message).toMatchObject({ agents: [{ name: 'late', state: 'online' }] })
})

test('signing out closes the sockets of that session alone', async () => {
  await using t = await startLive()
  const [mine, other] = [await cookieOf(t.db, 'user'), await cookieOf(t.db, 'user')]
  const client = t.connect({ cookie: mine, origin: t.url })
  const stays = t.connect({ cookie: other, origin: t.url })
  expect([await outcome(client), await outcome(stays)]).toEqual(['connected', 'connected'])
  const token = mine.split('=')[1]!
  await endSession(t.db, token)
  t.live.endSession(token)
  await once(client as unknown as NodeJS.EventEmitter, 'disconnect')
  await sleep(50)
  expect(stays.connected).toBe(true)
})

test('nothing is read while nobody listens', async () => {
  await using t = await startLive()
  await t.db.destroy()
  t.live.changed('jobs')
  await sleep(100)
})

test('a failed run is reported, and the next change is told again', async () => {
  const runs: string[][] = []
  const errors: unknown[] = []
  const changes = new Coalesce<string>({
    intervalMs: 20,
    emit: async (what) => {
      runs.push([...what])
      await sleep(5)
      if (runs.length === 1) throw new Error('database is gone')
    },
    onError: (error) => errors.push(error),
  })
  changes.changed('a', 'b', 'a')
  await sleep(3)
  changes.changed('c')
  changes.changed('c')
  await expect.poll(() => runs).toEqual([['a', 'b'], ['c']])
  expect(errors).toHaveLength(1)
  changes.stop()
  changes.changed('d')
  await sleep(40)
  expect(runs).toHaveLength(2)
})
