import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { Server } from 'socket.io'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { SocketGuard, type SocketLimits } from './socket-guard.ts'

const PATIENTLY = { timeout: 20_000 }
const plenty = { burst: 1e9, perSecond: 1e9 }

/** A guarded server whose namespace answers everything, and trusts who says `trust me`. */
async function startGuarded(limits: Partial<SocketLimits>) {
  const lines: string[] = []
  const log = pino({ level: 'info' }, { write: (line) => void lines.push(line) })
  const guard = new SocketGuard({ log, limits })
  const http = createServer()
  const io = new Server(http, {
    serveClient: false,
    allowRequest: (request, decide) => decide(null, guard.admits(request)),
  })
  guard.attach(io)
  const heard: unknown[] = []
  io.on('connection', (socket) => {
    socket.on('trust me', () => guard.trust(socket))
    socket.onAny((event: string) => heard.push(event))
    socket.on('tell me', () => {
      for (let part = 0; part < 100; part += 1) socket.emit('told', 'x'.repeat(100_000))
    })
  })
  http.listen(0, '127.0.0.1')
  await once(http, 'listening')
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/socket.io/?EIO=4&transport=websocket`
  const open: WebSocket[] = []
  return {
    io,
    heard,
    lines,
    /** A connection that has joined the namespace; undefined when it is refused. */
    async dial(): Promise<WebSocket | undefined> {
      const socket = new WebSocket(url)
      open.push(socket)
      socket.on('error', () => undefined)
      const isAdmitted = await once(socket, 'message').catch(() => false)
      if (!isAdmitted) return undefined
      socket.send('40')
      await once(socket, 'message')
      return socket
    },
    async [Symbol.asyncDispose]() {
      for (const socket of open) socket.terminate()
      await io.close()
    },
  }
}

const say = (socket: WebSocket, event: string) => socket.send(`42["${event}"]`)
const isOpen = (socket: WebSocket) => socket.readyState === WebSocket.OPEN
const gone = (socket: WebSocket) => expect.poll(() => socket.readyState, PATIENTLY).toBe(WebSocket.CLOSED)

test('a stranger may say a few things and is closed when it goes on', async () => {
  await using t = await startGuarded({
    stranger: { messages: { burst: 5, perSecond: 0 }, bytes: plenty },
  })
  const socket = (await t.dial())!
  for (let message = 0; message < 20; message += 1) say(socket, 'x')
  await gone(socket)
  // One message was to join.
  expect(t.heard).toHaveLength(4)
  expect(t.lines).toEqual([])
})

test('a stranger may say little, however few the messages', async () => {
  await using t = await startGuarded({
    stranger: { messages: plenty, bytes: { burst: 1_000, perSecond: 0 } },
  })
  const socket = (await t.dial())!
  socket.send(`42["x","${'y'.repeat(1_000)}"]`)
  await gone(socket)
  expect(t.heard).toEqual([])
})

test('who has said who it is may say more, and going far beyond is told to the owner', async () => {
  await using t = await startGuarded({
    stranger: { messages: { burst: 3, perSecond: 0 }, bytes: plenty },
    trusted: { messages: { burst: 50, perSecond: 0 }, bytes: plenty },
  })
  const socket = (await t.dial())!
  say(socket, 'trust me')
  await expect.poll(() => t.heard, PATIENTLY).toHaveLength(1)
  for (let message = 0; message < 50; message += 1) say(socket, 'x')
  await expect.poll(() => t.heard, PATIENTLY).toHaveLength(51)
  expect(isOpen(socket)).toBe(true)
  say(socket, 'x')
  await gone(socket)
  expect(t.lines).toHaveLength(1)
})

test('strangers are counted by address, and make room when they are known or gone', async () => {
  await using t = await startGuarded({ strangersPerAddress: 2 })
  const first = (await t.dial())!
  const second = (await t.dial())!
  expect(await t.dial()).toBeUndefined()
  say(first, 'trust me')
  await expect.poll(() => t.heard, PATIENTLY).toHaveLength(1)
  const third = (await t.dial())!
  expect(await t.dial()).toBeUndefined()
  second.close()
  await expect.poll(() => t.io.engine.clientsCount, PATIENTLY).toBe(2)
  expect(await t.dial()).toBeDefined()
  expect([first, third].every(isOpen)).toBe(true)
})

test('who stays a stranger is closed, who is known stays', async () => {
  await using t = await startGuarded({ strangerLimitMs: 1_500 })
  const known = (await t.dial())!
  say(known, 'trust me')
  const silent = (await t.dial())!
  await gone(silent)
  expect(isOpen(known)).toBe(true)
})

test('who does not read its answers is closed before they fill the memory', async () => {
  await using t = await startGuarded({ unreadBytes: 5_000_000 })
  const socket = (await t.dial())!
  say(socket, 'trust me')
  socket.pause()
  for (let ask = 0; ask < 10; ask += 1) say(socket, 'tell me')
  await expect.poll(() => t.io.engine.clientsCount, PATIENTLY).toBe(0)
  expect(t.lines.join()).toContain('does not read its answers')
})
