import { connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { TestKey } from '../../../coordinator/hub/testing/test-agent.ts'
import { errorRules } from '../../../protocol/errors.ts'
import { floodEvents, honestHello } from './flood-examples.ts'
import { askingFrame, damagedMessage, pick, type Random, rudeFrame } from './flood-frames.ts'
import { ConnectionEndedError, FloodSocket, SilenceError } from './flood-socket.ts'

/** Frames that one connection sends before it is given up. */
const FRAMES_PER_CONNECTION = 30
const ASKED_AT_ONCE = 8
const REFUSED_PAUSE_MS = 50
const HUGE_BYTES = 100 * 1024 * 1024

export type FloodTarget = { url: string; random: Random }

/** What an attack has seen. `refused` counts connections, which are tried again; `silent` questions that got no answer although the connection went on. */
export type FloodCounts = { sent: number; answered: number; refused: number; silent: number }

export const noCounts: FloodCounts = { sent: 0, answered: 0, refused: 0, silent: 0 }

/** Nobody knows them: damaged words of welcome, words that nobody may say before, and frames that are none. */
export async function floodAsStrangers(target: FloodTarget, packets: number): Promise<FloodCounts> {
  const counts = { ...noCounts }
  while (counts.sent < packets) {
    const socket = await dial(target, counts)
    for (let frame = 0; frame < FRAMES_PER_CONNECTION && socket?.isOpen; frame += 1) {
      if (target.random() < 0.5) {
        counts.sent += 1
        await socket.write(rudeFrame(target.random))
      } else {
        await askDamaged(socket, target, counts)
      }
    }
    await socket?.close()
  }
  return counts
}

/** Agents with a key that have said hello: damaged messages, each of which wants an answer. */
export async function floodAsAgent(target: FloodTarget, key: TestKey, packets: number): Promise<FloodCounts> {
  const counts = { ...noCounts }
  while (counts.sent < packets) {
    const socket = await dial(target, counts)
    if (!socket) continue
    const hello = JSON.stringify(honestHello(key, socket.challenge))
    const greeting = await socket.ask(0, askingFrame('hello', hello, 0))
    if (!greeting.ok) throw new Error(`The hello was refused: ${greeting.error.message}`)
    while (counts.sent < packets && socket.isOpen) {
      const asks = Array.from({ length: ASKED_AT_ONCE }, () => askDamaged(socket, target, counts))
      await Promise.all(asks)
      if (target.random() > 0.02) continue
      counts.sent += 1
      await socket.write(rudeFrame(target.random))
    }
    await socket.close()
  }
  return counts
}

/** The same frames by HTTP long polling, several in one request. */
export async function floodByPolling(target: FloodTarget, packets: number): Promise<FloodCounts> {
  const counts = { ...noCounts }
  const base = `${target.url}/socket.io/?EIO=4&transport=polling`
  while (counts.sent < packets) {
    const opened = await fetch(base).then((response) => response.text())
    const sid = /"sid":"([^"]+)"/.exec(opened)?.[1]
    if (sid === undefined) {
      counts.refused += 1
      await sleep(REFUSED_PAUSE_MS)
      continue
    }
    const post = (body: string | Buffer) =>
      fetch(`${base}&sid=${sid}`, { method: 'POST', body: new Uint8Array(Buffer.from(body)) })
        .then(async (response) => void (await response.arrayBuffer()))
        .catch(() => undefined)
    await post('40/agents,')
    const frames = Array.from({ length: FRAMES_PER_CONNECTION }, () => rudeFrame(target.random).toString())
    counts.sent += frames.length
    await post(frames.join('\x1e'))
    counts.sent += 1
    await post(damagedMessage(pick(floodEvents, target.random), target.random))
    // Says goodbye, or it would keep a stranger's place that the others need to be heard.
    await post('1')
  }
  return counts
}

/** Frames and bodies of 100 MB. */
export async function sendHugeFrames(target: FloodTarget, count: number): Promise<FloodCounts> {
  const counts = { ...noCounts }
  const huge = Buffer.alloc(HUGE_BYTES, 'x')
  for (let frame = 0; frame < count; frame += 1) {
    const socket = await dial(target, counts)
    await socket?.write(huge)
    await socket?.ended
    counts.sent += 1
    for (const path of ['/socket.io/?EIO=4&transport=polling', '/api/session']) {
      const headers = { 'content-type': 'application/json', origin: target.url }
      const body = new Uint8Array(huge)
      await fetch(target.url + path, { method: 'POST', body, headers }).catch(() => undefined)
      counts.sent += 1
    }
  }
  return counts
}

/** Opens connections that never say a word; resolves when the coordinator has closed every one. */
export async function openSilentSockets(
  { url }: FloodTarget,
  count: number,
): Promise<{ opened: number; refused: number }> {
  const sockets = await Promise.all(Array.from({ length: count }, () => FloodSocket.dial(url)))
  await Promise.all(sockets.map((socket) => socket?.ended))
  return { opened: count, refused: sockets.filter((socket) => !socket).length }
}

/** HTTP requests that come byte by byte and never end. */
export function openSlowRequests(target: FloodTarget, count: number): Disposable {
  const { hostname, port } = new URL(target.url)
  const start = 'POST /api/session HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n'
  const heads = ['GET / HTTP/1.1\r\nx: ', `${start}content-length: 100000\r\n\r\n{`]
  const sockets: Socket[] = Array.from({ length: count }, (_, index) => {
    const socket = connect(Number(port), hostname)
    socket.on('error', () => undefined)
    socket.write(heads[index % heads.length]!)
    return socket
  })
  const drip = setInterval(() => {
    for (const socket of sockets) if (socket.writable) socket.write('x')
  }, 500)
  return {
    [Symbol.dispose]() {
      clearInterval(drip)
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function dial({ url }: FloodTarget, counts: FloodCounts): Promise<FloodSocket | undefined> {
  const socket = await FloodSocket.dial(url)
  if (socket) return socket
  counts.refused += 1
  await sleep(REFUSED_PAUSE_MS)
  return undefined
}

let lastId = 0

async function askDamaged(socket: FloodSocket, { random }: FloodTarget, counts: FloodCounts): Promise<void> {
  const event = pick(floodEvents, random)
  lastId += 1
  counts.sent += 1
  try {
    const reply = await socket.ask(lastId, askingFrame(event, damagedMessage(event, random), lastId))
    if (!reply.ok && !(reply.error.code in errorRules)) throw new Error(`Unknown code ${reply.error.code}`)
    counts.answered += 1
  } catch (error) {
    if (error instanceof SilenceError) counts.silent += 1
    else if (!(error instanceof ConnectionEndedError)) throw error
  }
}
