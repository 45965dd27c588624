import { createHash, randomBytes } from 'node:crypto'
import { readdir, rm, truncate } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { CoordinatorMessage } from '../../protocol/agents.ts'
import { MAX_DERIVED_BYTES } from '../../protocol/api/transfer-routes.ts'
import { addSampleAsset } from './testing/sample-library.ts'
import { addAgent, cookieOf, startTestServer, type TestServer } from './testing/test-server.ts'

type Wanted = CoordinatorMessage<'bytes.send'>

async function withSample(
  options: { sizeBytes?: number; name?: string; waitMs?: number; contentHash?: string } = {},
) {
  const server = await startTestServer({ waitMs: options.waitMs })
  const agent = await addAgent(server.db, 'nas')
  const sample = await addSampleAsset(server.db, server.store, { agentId: agent.id, ...options })
  const cookie = await cookieOf(server.db, 'user')
  const get = (path: string, headers: Record<string, string> = {}, init: RequestInit = {}) =>
    fetch(`${server.url}/api/assets/${sample.assetId}${path}`, { ...init, headers: { cookie, ...headers } })
  return { server, agent, sample, get, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Plays the agent: sends what a file of `bytes` has in the range that was asked for. */
function serveBytes(
  server: TestServer,
  agent: { id: number; token: string },
  bytes: Buffer,
): Promise<Response>[] {
  const puts: Promise<Response>[] = []
  server.online.add(agent.id)
  server.onBytesWanted = (_, wanted) => {
    puts.push(put(server, agent.token, wanted, bytes.subarray(wanted.start, wanted.end + 1)))
  }
  return puts
}

function put(
  server: TestServer,
  token: string,
  wanted: Pick<Wanted, 'transferId'>,
  body: Buffer,
): Promise<Response> {
  return fetch(`${server.url}/api/transfers/${wanted.transferId}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
    body: new Uint8Array(body),
  })
}

test('a picture is kept for ever under its version and asked for again without', async () => {
  await using t = await withSample()
  const { get, sample } = t
  const versioned = await get(`/thumbnail?v=${sample.version}`)
  expect(versioned.status).toBe(200)
  expect(Buffer.from(await versioned.arrayBuffer()).equals(sample.picture)).toBe(true)
  expect(versioned.headers.get('content-type')).toBe('image/webp')
  expect(versioned.headers.get('cache-control')).toBe('private, max-age=31536000, immutable')

  const plain = await get('/preview?v=another')
  expect(plain.headers.get('cache-control')).toBe('private, no-cache')
  expect(plain.headers.get('content-type')).toBe('image/jpeg')
  const tag = plain.headers.get('etag')!
  expect(tag).toBe(`"${createHash('sha256').update(sample.picture).digest('hex')}"`)
  for (const header of [tag, `W/${tag}`, `"x", ${tag}`, '*']) {
    const again = await get('/preview', { 'if-none-match': header })
    expect(again.status, header).toBe(304)
    expect(await again.text()).toBe('')
  }
  expect((await get('/preview', { 'if-none-match': '"x"' })).status).toBe(200)

  const head = await get('/thumbnail?size=tiny', {}, { method: 'HEAD' })
  expect(head.status).toBe(200)
  expect(head.headers.get('content-length')).toBe(String(sample.picture.length))
})

test('parts of a picture come with 206, and what lies beyond it with 416', async () => {
  await using t = await withSample()
  const { get, sample } = t
  const part = await get('/preview', { range: 'bytes=5-9' })
  expect(part.status).toBe(206)
  expect(part.headers.get('content-range')).toBe(`bytes 5-9/${sample.picture.length}`)
  expect(await part.text()).toBe(sample.picture.subarray(5, 10).toString())
  const beyond = await get('/preview', { range: 'bytes=999999-' })
  expect(beyond.status).toBe(416)
  expect(beyond.headers.get('content-range')).toBe(`bytes */${sample.picture.length}`)
  const stale = await get('/preview', { range: 'bytes=5-9', 'if-range': '"another"' })
  expect(stale.status).toBe(200)
})

test('a lost or shortened picture is said to be lost, and its file is read again', async () => {
  await using t = await withSample()
  const { server, get, sample } = t
  const hash = createHash('sha256').update(sample.picture).digest('hex')
  const path = join(server.folder, 'derived', hash.slice(0, 2), hash.slice(2, 4), hash)
  for (const harm of [() => truncate(path, 10), () => rm(path, { force: true })]) {
    await server.db.deleteFrom('job').execute()
    await harm()
    const lost = await get('/thumbnail')
    expect(lost.status).toBe(404)
    expect(await lost.json()).toMatchObject({
      error: { code: 'not_found', message: expect.stringContaining('again') },
    })
    expect(lost.headers.get('cache-control')).toBe('no-store')
    const jobs = await server.db.selectFrom('job').select(['kind', 'subject_id', 'state']).execute()
    expect(jobs).toEqual([{ kind: 'file.ingest', subject_id: sample.fileId, state: 'queued' }])
  }
})

test('agents store derived files; wrong, too large and broken ones leave nothing', async () => {
  await using t = await withSample()
  const { server, agent } = t
  const bytes = randomBytes(300_000)
  const hash = createHash('sha256').update(bytes).digest('hex')
  const send = (name: string, body: Uint8Array) =>
    fetch(`${server.url}/api/derived/${name}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${agent.token}` },
      body: new Uint8Array(body),
    })
  const missing = async () => {
    const answer = await fetch(`${server.url}/api/derived/missing`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ hashes: [hash] }),
    })
    return ((await answer.json()) as { missing: string[] }).missing
  }
  expect((await send('f'.repeat(64), bytes)).status).toBe(400)
  expect((await send('F'.repeat(64), bytes)).status).toBe(400)
  expect((await send(`..%2f..%2f${'f'.repeat(58)}`, bytes)).status).toBe(400)
  expect((await send(hash, new Uint8Array(MAX_DERIVED_BYTES + 1))).status).toBe(413)

  const broken = httpRequest(`${server.url}/api/derived/${hash}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${agent.token}`, 'content-length': bytes.length },
  })
  broken.on('error', () => {})
  broken.write(bytes.subarray(0, 100_000))
  await sleep(50)
  broken.destroy()
  await expect.poll(() => readdir(join(server.folder, 'derived', 'incoming'))).toEqual([])
  expect(await missing()).toEqual([hash])

  expect((await send(hash, bytes)).status).toBe(200)
  expect(await missing()).toEqual([])
  expect(server.log).toEqual([])
})

test('an original comes from its agent, whole and in parts, with a safe name and type', async () => {
  const bytes = randomBytes(2_000_000)
  const contentHash = createHash('sha256').update(bytes).digest('hex')
  await using t = await withSample({ sizeBytes: bytes.length, contentHash })
  const { server, agent, get, sample } = t
  const asked: Wanted[] = []
  const puts = serveBytes(server, agent, bytes)
  const answerWith = server.onBytesWanted
  server.onBytesWanted = (id, wanted) => {
    asked.push(wanted)
    answerWith(id, wanted)
  }

  const whole = await get('/original')
  expect(whole.status).toBe(200)
  expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true)
  expect(whole.headers.get('content-type')).toBe('image/jpeg')
  expect(whole.headers.get('content-length')).toBe(String(bytes.length))
  expect(whole.headers.get('content-disposition')).toBe(
    `inline; filename="Zo_.jpg"; filename*=UTF-8''Zo%C3%AB.jpg`,
  )
  expect(whole.headers.get('content-security-policy')).toContain('sandbox')
  expect(asked[0]).toMatchObject({
    root: '/vault/photos',
    path: 'trip/Zoë.jpg',
    sizeBytes: bytes.length,
    start: 0,
  })
  expect((await puts[0]!).status).toBe(200)

  const part = await get('/original?download=true', { range: 'bytes=-100' })
  expect(part.status).toBe(206)
  expect(part.headers.get('content-disposition')).toMatch(/^attachment; /)
  expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(-100))).toBe(true)
  expect((await get('/original', { range: 'bytes=2000000-' })).status).toBe(416)
  expect((await get('/original', { 'if-none-match': `"${contentHash}"` })).status).toBe(304)
  const head = await get('/original', {}, { method: 'HEAD' })
  expect(head.headers.get('content-length')).toBe(String(bytes.length))
  expect(asked).toHaveLength(2)

  expect((await (await get(`/original?fileId=${sample.fileId}`)).arrayBuffer()).byteLength).toBe(bytes.length)
  expect((await get('/original?fileId=9999')).status).toBe(404)
  expect(server.log).toEqual([])
})

test('an agent that is away, silent, refuses or sends something else is said in words', async () => {
  await using t = await withSample({ sizeBytes: 1_000, waitMs: 200 })
  const { server, agent, get } = t
  const code = async () => ((await (await get('/original')).json()) as { error: { code: string } }).error.code
  expect(await code()).toBe('library_offline')
  server.online.add(agent.id)
  server.onBytesWanted = () => {}
  expect(await code()).toBe('unavailable')

  let answer: Promise<Response> | undefined
  server.onBytesWanted = (_, wanted) => {
    answer = put(server, agent.token, wanted, Buffer.alloc(999))
  }
  expect(await code()).toBe('file_changed')
  expect((await answer!).status).toBe(409)

  server.onBytesWanted = (_, wanted) => {
    answer = fetch(`${server.url}/api/transfers/${wanted.transferId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${agent.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ code: 'file_missing', message: 'trip/Zoë.jpg is gone' }),
    })
  }
  expect(await code()).toBe('file_missing')
  expect((await answer!).status).toBe(200)
  expect(server.log).toEqual([])
})

test('only the agent that was asked may send, once', async () => {
  const bytes = randomBytes(1_000)
  await using t = await withSample({ sizeBytes: bytes.length })
  const { server, agent, get } = t
  const other = await addAgent(server.db, 'other')
  server.online.add(agent.id)
  const statuses: number[] = []
  let wanted: Wanted | undefined
  server.onBytesWanted = async (_, message) => {
    wanted = message
    statuses.push((await put(server, other.token, message, randomBytes(1_000))).status)
    statuses.push((await put(server, 'A'.repeat(43), message, randomBytes(1_000))).status)
    statuses.push((await put(server, agent.token, message, bytes)).status)
  }
  const answer = await get('/original')
  expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true)
  await expect.poll(() => statuses).toEqual([404, 401, 200])
  expect((await put(server, agent.token, wanted!, bytes)).status).toBe(404)
})

/** An agent's upload that never ends by itself, with what became of it. */
function startUpload(server: TestServer, token: string, wanted: Wanted, contentLength?: number) {
  const upload = httpRequest(`${server.url}/api/transfers/${wanted.transferId}`, {
    method: 'PUT',
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/octet-stream',
      ...(contentLength === undefined ? {} : { 'content-length': contentLength }),
    },
  })
  upload.on('error', () => {})
  return upload
}

test('the agent sends no faster than the browser reads, and stops when it goes', async () => {
  const sizeBytes = 400 * 1024 * 1024
  await using t = await withSample({ sizeBytes })
  const { server, agent, get } = t
  server.online.add(agent.id)
  let sentBytes = 0
  let closed: Promise<unknown> | undefined
  server.onBytesWanted = async (_, wanted) => {
    const upload = startUpload(server, agent.token, wanted, sizeBytes)
    closed = new Promise((resolve) => upload.once('close', resolve))
    const chunk = Buffer.alloc(256 * 1024)
    while (!upload.destroyed && sentBytes < sizeBytes) {
      sentBytes += chunk.length
      if (!upload.write(chunk))
        await Promise.race([new Promise((resolve) => upload.once('drain', resolve)), closed])
    }
  }
  const reading = new AbortController()
  const answer = await get('/original', {}, { signal: reading.signal })
  const reader = answer.body!.getReader()
  await reader.read()
  await sleep(500)
  // What lies in the sockets' buffers, and nothing like the whole.
  expect(sentBytes).toBeLessThan(64 * 1024 * 1024)
  reading.abort()
  await closed
  expect(sentBytes).toBeLessThan(64 * 1024 * 1024)
  expect(server.log).toEqual([])
})

test('an upload that ends early breaks the answer instead of ending it', async () => {
  await using t = await withSample({ sizeBytes: 1_000_000 })
  const { server, agent, get } = t
  server.online.add(agent.id)
  for (const end of ['destroyed', 'too short', 'too long']) {
    server.onBytesWanted = (_, wanted) => {
      const upload = startUpload(server, agent.token, wanted)
      upload.write(Buffer.alloc(500_000))
      setTimeout(() => {
        if (end === 'destroyed') upload.destroy()
        else upload.end(Buffer.alloc(end === 'too long' ? 600_000 : 0))
      }, 50)
    }
    const answer = await get('/original')
    await expect(answer.arrayBuffer(), end).rejects.toThrow()
  }
})

test('nothing is shown inline that could act, and a missing file is said to be missing', async () => {
  const bytes = Buffer.from('<svg onload="alert(1)"/>')
  await using t = await withSample({ sizeBytes: bytes.length, name: 'x.svg' })
  const { server, agent, get, sample } = t
  serveBytes(server, agent, bytes)
  const answer = await get('/original')
  expect(answer.headers.get('content-type')).toBe('application/octet-stream')
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
  expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  await server.db
    .updateTable('asset_file')
    .set({ state: 'missing' })
    .where('id', '=', sample.fileId)
    .execute()
  expect(await (await get('/original')).json()).toMatchObject({ error: { code: 'file_missing' } })
})

test('an empty original needs no agent', async () => {
  await using t = await withSample({ sizeBytes: 0 })
  const answer = await t.get('/original')
  expect(answer.status).toBe(200)
  expect(await answer.text()).toBe('')
})
