import { once } from 'node:events'
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { addSampleAsset } from '../../coordinator/http/testing/sample-library.ts'
import { cookieOf } from '../../coordinator/http/testing/test-server.ts'
import { createKey, TestAgent } from '../../coordinator/hub/testing/test-agent.ts'
import { DerivedStore } from '../../coordinator/media/derived-store.ts'
import { FaultRig } from './testing/fault-rig.ts'
import { LiveBrowser } from './testing/live-browser.ts'
import { until } from './testing/until.ts'

const HINT_LIMIT_MS = 5_000
/** Five seconds for what is under way, and what these machines need besides; far from being killed after twenty. */
const STOP_LIMIT_MS = 13_000
const SIZE_BYTES = 1_000_000

/** A coordinator with one original, whose bytes an agent sends as the test says. */
async function startWithOriginal() {
  const rig = await FaultRig.start({ agents: [] })
  const key = createKey()
  const { id } = await rig.db
    .insertInto('agent')
    .values({ name: 'vault', public_key: Buffer.from(key.publicKey, 'base64url') })
    .returning('id')
    .executeTakeFirstOrThrow()
  const store = new DerivedStore(join(rig.folder, 'data'))
  const { assetId } = await addSampleAsset(rig.db, store, { agentId: id, sizeBytes: SIZE_BYTES })
  const agent = await TestAgent.dial(rig.url, key)
  const { sessionToken } = await agent.ask('hello', agent.hello())
  const cookie = await cookieOf(rig.db, 'user')

  /** An original that has begun to arrive, with the agent's request, which has sent half of it. */
  const openOriginal = async () => {
    agent.heard.length = 0
    const answer = fetch(`${rig.url}/api/assets/${assetId}/original`, { headers: { cookie } })
    const { transferId } = await until('bytes are wanted', HINT_LIMIT_MS, () => agent.last('bytes.send'))
    const upload = httpRequest(`${rig.url}/api/transfers/${transferId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${sessionToken}`, 'content-type': 'application/octet-stream' },
    })
    upload.on('error', () => {})
    upload.write(Buffer.alloc(SIZE_BYTES / 2))
    return { upload, response: await answer }
  }
  return {
    rig,
    agent,
    openOriginal,
    [Symbol.asyncDispose]: async () => {
      agent.socket.disconnect()
      await rig[Symbol.asyncDispose]()
    },
  }
}

/** Signals and gives what comes of it. */
async function stop(rig: FaultRig) {
  const startedAt = performance.now()
  const status = await rig.coordinator.stop()
  return { status, ms: performance.now() - startedAt }
}

test('a coordinator that is told to stop sends its clients away at once and finishes what it has begun', async () => {
  await using t = await startWithOriginal()
  const { rig } = t
  using browser = await LiveBrowser.open(rig.url, rig.db)
  await until('the browser is connected', HINT_LIMIT_MS, () => browser.isConnected)
  const keepAlive = new Agent({ keepAlive: true })
  await readHealth(rig.url, keepAlive)
  // One that has gone to sleep with its socket open answers no goodbye.
  const sleeper = await openSleepingSocket(rig.url)
  const { upload, response } = await t.openOriginal()

  const stopped = stop(rig)
  await until('the browser is sent away', HINT_LIMIT_MS, () => !browser.isConnected)
  await until('the agent is sent away', HINT_LIMIT_MS, () => !t.agent.socket.connected)
  // Said in a way after which a client connects again by itself.
  expect(browser.goodbyes).toEqual(['transport close'])
  await expect(fetch(`${rig.url}/api/health`)).rejects.toThrow()
  upload.end(Buffer.alloc(SIZE_BYTES / 2))
  expect((await response.arrayBuffer()).byteLength).toBe(SIZE_BYTES)
  const { status, ms } = await stopped
  expect(status).toBe(0)
  expect(ms).toBeLessThan(STOP_LIMIT_MS)
  sleeper.destroy()
  keepAlive.destroy()
  expect(rig.coordinator.lines.filter((line) => /"level":[456]0/.test(line))).toEqual([])

  await rig.coordinator.start()
  await until('the browser is back', 2 * STOP_LIMIT_MS, () => browser.connections === 2)
})

test('what takes too long is broken off', async () => {
  await using t = await startWithOriginal()
  const { upload, response } = await t.openOriginal()
  const { status, ms } = await stop(t.rig)
  expect(status).toBe(0)
  expect(ms).toBeLessThan(STOP_LIMIT_MS)
  await expect(response.arrayBuffer()).rejects.toThrow()
  upload.destroy()
})

test('a request that waits in the database does not keep the coordinator', async () => {
  await using t = await startWithOriginal()
  const { rig } = t
  await rig.db.transaction().execute(async (tx) => {
    await sql`lock table account in access exclusive mode`.execute(tx)
    const answer = fetch(`${rig.url}/api/session`, {
      method: 'POST',
      body: JSON.stringify({ name: 'owner', password: 'a long password' }),
      headers: { 'content-type': 'application/json', origin: rig.url },
    })
    answer.catch(() => {})
    await until('it waits', HINT_LIMIT_MS, async () => {
      const { rows } = await sql`select 1 from pg_locks where not granted`.execute(tx)
      return rows.length > 0
    })
    const { status, ms } = await stop(rig)
    expect(status).toBe(0)
    expect(ms).toBeLessThan(STOP_LIMIT_MS)
    await expect(answer).rejects.toThrow()
  })
})

test('a second signal ends a coordinator that is stopping at once', async () => {
  await using t = await startWithOriginal()
  const { upload } = await t.openOriginal()
  const stopped = stop(t.rig)
  await until('it is stopping', HINT_LIMIT_MS, () => !t.agent.socket.connected)
  const startedAt = performance.now()
  process.kill(t.rig.coordinator.pid!, 'SIGTERM')
  expect((await stopped).status).toBe(1)
  expect(performance.now() - startedAt).toBeLessThan(2_000)
  upload.destroy()
})

async function readHealth(url: string, agent: Agent): Promise<void> {
  const [response] = (await once(httpRequest(`${url}/api/health`, { agent }).end(), 'response')) as [
    IncomingMessage,
  ]
  for await (const _ of response);
}

/** A WebSocket that has shaken hands and never reads again. */
async function openSleepingSocket(url: string) {
  const { hostname, port } = new URL(url)
  const socket = connect(Number(port), hostname)
  socket.on('error', () => {})
  socket.write(
    [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${hostname}:${port}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      `Sec-WebSocket-Key: ${Buffer.alloc(16).toString('base64')}`,
      '\r\n',
    ].join('\r\n'),
  )
  const [head] = (await once(socket, 'data')) as [Buffer]
  expect(head.toString()).toContain('101 Switching Protocols')
  socket.pause()
  return socket
}
