import { randomBytes } from 'node:crypto'
import { chmod, mkdir, symlink, truncate, utimes, writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSmbPart } from './read-stream.ts'
import { lockFile } from './testing/locked-file.ts'
import { hashOf, never, openShare, sha256, writeSparse } from './testing/samba-fixture.ts'
import { canRunSamba, PASSWORD, SambaServer, USER } from './testing/samba-server.ts'

const MEBIBYTE = 1024 * 1024

describe.skipIf(!canRunSamba)('a share of a real Samba', () => {
  let server: SambaServer
  beforeAll(async () => {
    server = await SambaServer.start()
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  const whole = (name: string, sizeBytes: number) => ({ name, sizeBytes, start: 0, end: sizeBytes - 1 })

  test('a file is described as the server has it', async () => {
    const share = openShare(server)
    await writeFile(server.path('media', 'described.jpg'), 'twelve bytes')
    await utimes(server.path('media', 'described.jpg'), 0, new Date('2024-05-01T12:03:22.125Z'))
    expect(await share.stat('described.jpg', never)).toEqual({
      sizeBytes: 12,
      mtimeUs: Date.parse('2024-05-01T12:03:22.125Z') * 1_000,
      kind: 'file',
    })
    expect(await share.stat('', never)).toMatchObject({ kind: 'folder' })
  })

  test('a folder of thousands is listed whole, page after page', async () => {
    const share = openShare(server)
    await mkdir(server.path('media', 'many'))
    const names = Array.from({ length: 5_000 }, (_, i) => `${i} ${'a long name '.repeat(8)}.jpg`)
    await Promise.all(names.map((name) => writeFile(server.path('media', 'many', name), '')))
    const listed = await share.list('many', never)
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    await mkdir(server.path('media', 'empty'))
    expect(await share.list('empty', never)).toEqual([])
  })

  test('names keep every character that SMB can say', async () => {
    const share = openShare(server)
    await mkdir(server.path('media', 'names'))
    const names = [
      'Zoë.jpg',
      'Zoe\u0308.jpg',
      '写真 🏞.heic',
      "it's #1 (50%) & [more].jpg",
      'a\u202eb.jpg',
      ' lead.jpg',
    ]
    for (const name of names) await writeFile(server.path('media', 'names', name), name)
    const listed = await share.list('names', never)
    expect(listed.map(({ name }) => name).toSorted()).toEqual(names.toSorted())
    for (const name of names) {
      const sizeBytes = Buffer.byteLength(name)
      const stream = await openSmbPart(share, whole(`names\\${name}`, sizeBytes), never)
      expect((await buffer(stream)).toString()).toBe(name)
    }
  })

  test('a file of many messages has the bytes that lie on the disk, whole and in parts', async () => {
    const share = openShare(server)
    const bytes = randomBytes(23 * MEBIBYTE + 77)
    await writeFile(server.path('media', 'large.mov'), bytes)
    expect(await hashOf(await openSmbPart(share, whole('large.mov', bytes.length), never))).toBe(
      sha256(bytes),
    )
    for (const [start, end] of [
      [0, 0],
      [bytes.length - 1, bytes.length - 1],
      [MEBIBYTE - 1, 3 * MEBIBYTE],
    ] as const) {
      const part = await openSmbPart(share, { name: 'large.mov', sizeBytes: bytes.length, start, end }, never)
      expect((await buffer(part)).equals(bytes.subarray(start, end + 1))).toBe(true)
    }
  })

  test('a part beyond four gigabytes is the right one', async () => {
    const share = openShare(server)
    const sizeBytes = 5 * 1024 * MEBIBYTE
    const start = 4.5 * 1024 * MEBIBYTE + 13
    const bytes = await writeSparse(server.path('media', 'huge.mov'), sizeBytes, start, 100_000)
    const part = { name: 'huge.mov', sizeBytes, start, end: start + bytes.length - 1 }
    expect((await buffer(await openSmbPart(share, part, never))).equals(bytes)).toBe(true)
  })

  test('many readers share one connection', async () => {
    const share = openShare(server)
    const files = Array.from({ length: 12 }, (_, i) => ({
      name: `shared-${i}.jpg`,
      bytes: randomBytes(3 * MEBIBYTE + i),
    }))
    for (const { name, bytes } of files) await writeFile(server.path('media', name), bytes)
    const hashes = await Promise.all(
      files.map(async ({ name, bytes }) =>
        hashOf(await openSmbPart(share, whole(name, bytes.length), never)),
      ),
    )
    expect(hashes).toEqual(files.map(({ bytes }) => sha256(bytes)))
  })

  test('a stream that is left gives its file back, and the connection goes on', async () => {
    const share = openShare(server)
    await writeFile(server.path('media', 'left.mov'), randomBytes(8 * MEBIBYTE))
    // What was under way is cancelled: of so many, the server would have refused one before the next question.
    for (let round = 0; round < 10; round += 1) {
      const stream = await openSmbPart(share, whole('left.mov', 8 * MEBIBYTE), never)
      for await (const chunk of stream) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      expect(stream.destroyed).toBe(true)
      expect(await share.stat('left.mov', never)).toMatchObject({ sizeBytes: 8 * MEBIBYTE })
    }
  })

  test('a question that is cancelled ends at once, and the next is answered', async () => {
    const share = openShare(server)
    const cancelled = AbortSignal.abort(new Error('enough'))
    await expect(share.stat('described.jpg', cancelled)).rejects.toThrow('enough')
    const late = new AbortController()
    const asked = share.list('', late.signal)
    late.abort(new Error('later'))
    await expect(asked).rejects.toThrow('later')
    expect((await share.list('', never)).length).toBeGreaterThan(0)
  })

  test('a file that has another size now is refused, also when it shrinks while it is read', async () => {
    const share = openShare(server)
    const path = server.path('media', 'shrinks.mov')
    await writeFile(path, randomBytes(40 * MEBIBYTE))
    await expect(openSmbPart(share, whole('shrinks.mov', 12), never)).rejects.toMatchObject({
      code: 'file_changed',
    })
    const stream = await openSmbPart(share, whole('shrinks.mov', 40 * MEBIBYTE), never)
    const read = (async () => {
      for await (const _ of stream) await truncate(path, MEBIBYTE)
    })()
    await expect(read).rejects.toMatchObject({ code: 'file_changed', scope: 'file' })
  })

  test('what is not there, a folder and a link out of the share are said to be that', async () => {
    const share = openShare(server)
    await mkdir(server.path('media', 'folder'))
    await writeFile(server.path('locked', 'secret.jpg'), 'secret')
    await symlink(server.path('locked', 'secret.jpg'), server.path('media', 'out.jpg'))
    const codeOf = (name: string) => openSmbPart(share, whole(name, 6), never).catch((error) => error.code)
    expect(await codeOf('missing.jpg')).toBe('file_missing')
    expect(await codeOf('no\\such\\folder.jpg')).toBe('file_missing')
    expect(await codeOf('folder')).toBe('bad_request')
    expect(['refused_by_agent', 'file_unreadable', 'file_missing']).toContain(await codeOf('out.jpg'))
  })

  test('a file that the account may not read is unreadable, and says what to do', async () => {
    await writeFile(server.path('strict', 'private.jpg'), 'mine')
    await chmod(server.path('strict', 'private.jpg'), 0o600)
    const strict = openShare(server, { share: 'strict' })
    const refused = openSmbPart(strict, whole('private.jpg', 4), never)
    await expect(refused).rejects.toMatchObject({ code: 'file_unreadable', scope: 'file' })
    await expect(refused).rejects.toThrow('give it the right on the server')
  })

  test('a file that another program keeps locked is unreadable until it lets go', async () => {
    const share = openShare(server)
    await writeFile(server.path('media', 'open.psd'), 'locked')
    {
      using _lock = await lockFile(server, 'open.psd')
      const refused = openSmbPart(share, whole('open.psd', 6), never)
      await expect(refused).rejects.toMatchObject({ code: 'file_unreadable', scope: 'file' })
      await expect(refused).rejects.toThrow(/locked/)
    }
    await expect
      .poll(() => openSmbPart(share, whole('open.psd', 6), never).then(buffer, () => null), {
        timeout: 20_000,
      })
      .toEqual(Buffer.from('locked'))
  })

  test.each([
    [
      'a wrong password',
      { credentials: { user: USER, domain: '', password: 'wrong' } },
      'unauthenticated',
      /password/,
    ],
    [
      'an unknown user',
      { credentials: { user: 'nemo', domain: '', password: PASSWORD } },
      'unauthenticated',
      /user/,
    ],
    ['a share that does not exist', { share: 'nowhere' }, 'not_found', /no such share/],
    ['a share that the account may not enter', { share: 'locked' }, 'forbidden', /may not enter/],
    ['a share of no files', { share: 'IPC$' }, 'not_found', /no share of files/],
    ['a server that is not there', { port: 1, reconnectLimitMs: 300 }, 'unavailable', /nothing listens/],
    [
      'a name that nobody knows',
      { host: 'no-such-host.invalid', reconnectLimitMs: 300 },
      'unavailable',
      /name/,
    ],
  ] as const)('%s is said in words', async (_, changes, code, words) => {
    const share = openShare(server, changes)
    const asked = share.stat('', never)
    await expect(asked).rejects.toMatchObject({ code })
    await expect(asked).rejects.toThrow(words)
    await expect(asked).rejects.not.toThrow(PASSWORD)
  })
})
