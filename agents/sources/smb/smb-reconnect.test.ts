import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { openSmbPart } from './read-stream.ts'
import { MeddlingProxy } from './testing/meddling-proxy.ts'
import { never, openShare } from './testing/samba-fixture.ts'
import { canRunSamba, SambaServer } from './testing/samba-server.ts'

const SIZE_BYTES = 48 * 1024 * 1024
const part = { name: 'a.mov', sizeBytes: SIZE_BYTES, start: 0, end: SIZE_BYTES - 1 }

async function startWithFile() {
  const server = await SambaServer.start()
  const bytes = randomBytes(SIZE_BYTES)
  await writeFile(server.path('media', 'a.mov'), bytes)
  return { server, bytes, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

/** Reads to the end; `atHalf` is called once in the middle, and waited for. */
async function readAll(stream: AsyncIterable<Buffer>, atHalf: () => unknown): Promise<Buffer> {
  const chunks: Buffer[] = []
  let got = 0
  let isHalf = false
  for await (const chunk of stream) {
    chunks.push(chunk)
    got += chunk.length
    if (isHalf || got < SIZE_BYTES / 2) continue
    isHalf = true
    await atHalf()
  }
  return Buffer.concat(chunks)
}

/** In words: a megabyte that was read by mistake is nothing to print. */
async function failureOf(read: Promise<Buffer>): Promise<string> {
  return read.then(
    () => 'none',
    (error) => `${error.code} of the ${error.scope}`,
  )
}

describe.skipIf(!canRunSamba)('a server that goes away during a read', () => {
  test('and comes back: the bytes are the same', async () => {
    await using t = await startWithFile()
    const stream = await openSmbPart(openShare(t.server), part, never)
    const got = await readAll(stream, async () => {
      await t.server.kill()
      setTimeout(() => void t.server.restart(), 500)
    })
    expect(got.equals(t.bytes)).toBe(true)
  })

  test('and stays away: the read fails within its limit and says why', async () => {
    await using t = await startWithFile()
    const stream = await openSmbPart(openShare(t.server, { reconnectLimitMs: 1_000 }), part, never)
    expect(await failureOf(readAll(stream, () => t.server.kill()))).toBe('unavailable of the server')
  })

  test('and hangs: the read fails within its limit', async () => {
    await using t = await startWithFile()
    const limits = { timeoutMs: 500, reconnectLimitMs: 1_000 }
    const stream = await openSmbPart(openShare(t.server, limits), part, never)
    const read = readAll(stream, () => t.server.signal('SIGSTOP'))
    expect(await failureOf(read)).toMatch(/(timed_out|unavailable) of the server/)
    t.server.signal('SIGCONT')
  })

  test('and has another file when it is back: the two are not mixed', async () => {
    await using t = await startWithFile()
    const stream = await openSmbPart(openShare(t.server), part, never)
    const read = readAll(stream, async () => {
      await t.server.kill()
      await writeFile(t.server.path('media', 'a.mov'), randomBytes(SIZE_BYTES))
      await t.server.restart()
    })
    expect(await failureOf(read)).toBe('file_changed of the file')
  })

  test('connections that are cut again and again are made anew', async () => {
    await using t = await startWithFile()
    await using proxy = await MeddlingProxy.start({ port: t.server.port })
    const share = openShare(t.server, { port: proxy.port })
    const stream = await openSmbPart(share, part, never)
    let got = 0
    let cuts = 0
    const chunks: Buffer[] = []
    for await (const chunk of stream) {
      chunks.push(chunk)
      got += chunk.length
      if (got < (cuts + 1) * 8 * 1024 * 1024) continue
      cuts += 1
      proxy.cut()
    }
    expect(cuts).toBeGreaterThan(3)
    expect(Buffer.concat(chunks).equals(t.bytes)).toBe(true)
  })

  test('a share that is stopped ends what runs', async () => {
    await using t = await startWithFile()
    const share = openShare(t.server)
    const stream = await openSmbPart(share, part, never)
    expect(await failureOf(readAll(stream, () => share.stop()))).toBe('unavailable of the server')
  })
})
