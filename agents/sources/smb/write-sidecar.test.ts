import { randomBytes } from 'node:crypto'
import { readdir, readFile, writeFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { never, openShare } from './testing/samba-fixture.ts'
import { canRunSamba, SambaServer } from './testing/samba-server.ts'
import { removeDrafts, writeSidecar } from './write-sidecar.ts'

describe.skipIf(!canRunSamba)('writing a sidecar', () => {
  let server: SambaServer
  beforeAll(async () => {
    server = await SambaServer.start()
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  test('replaces the old one, or makes the first, and leaves no draft', async () => {
    const share = openShare(server)
    for (const bytes of [Buffer.from('first'), randomBytes(3_000_000), Buffer.from('last')]) {
      await writeSidecar(share, 'a.xmp', bytes, never)
      expect((await readFile(server.path('media', 'a.xmp'))).equals(bytes)).toBe(true)
    }
    expect(await readdir(server.path('media'))).toEqual(['a.xmp'])
  })

  test('whoever looks meanwhile sees the old one whole or the new one whole', async () => {
    const share = openShare(server)
    const old = Buffer.alloc(2_000_000, 'o')
    const next = Buffer.alloc(1_000_000, 'n')
    await writeFile(server.path('media', 'watched.xmp'), old)
    let isOver = false
    const seen = new Set<string>()
    const watching = (async () => {
      while (!isOver) {
        const bytes = await readFile(server.path('media', 'watched.xmp'))
        seen.add(bytes.equals(old) ? 'old' : bytes.equals(next) ? 'new' : 'broken')
      }
    })()
    for (const bytes of [next, old, next, old, next]) await writeSidecar(share, 'watched.xmp', bytes, never)
    isOver = true
    await watching
    expect([...seen].toSorted()).toEqual(['new', 'old'])
  })

  test('an original is never written, whatever its name is made of', async () => {
    const share = openShare(server)
    await writeFile(server.path('media', 'original.jpg'), 'mine')
    for (const name of ['original.jpg', 'original.jpg.', 'original.xmp.jpg', 'a.xmp\\b.jpg', '']) {
      await expect(writeSidecar(share, name, Buffer.from('x'), never)).rejects.toMatchObject({
        code: 'refused_by_agent',
      })
    }
    expect(await readFile(server.path('media', 'original.jpg'), 'utf8')).toBe('mine')
  })

  test('a full disk keeps the old one, and no draft', async () => {
    const share = openShare(server, { share: 'tiny' })
    await writeSidecar(share, 'a.xmp', Buffer.from('old'), never)
    const full = writeSidecar(share, 'a.xmp', randomBytes(8_000_000), never)
    await expect(full).rejects.toMatchObject({ code: 'disk_full' })
    expect(await share.list('', never)).toMatchObject([{ name: 'a.xmp', sizeBytes: 3 }])
  })

  test('a share that may only be read refuses', async () => {
    const share = openShare(server, { share: 'readonly' })
    await expect(writeSidecar(share, 'a.xmp', Buffer.from('x'), never)).rejects.toMatchObject({
      code: expect.stringMatching(/file_unreadable|forbidden/),
    })
  })

  test('drafts of agents that were killed are removed when they are old, and nothing else is', async () => {
    const share = openShare(server)
    const draft = '.hearth-0123456789abcdef01234567.tmp'
    for (const name of [draft, '.hearth-short.tmp', 'kept.tmp'])
      await writeFile(server.path('media', name), '')
    const nowUs = Date.now() * 1_000
    expect(await removeDrafts(share, '', nowUs - 3_600_000_000, never)).toBe(0)
    expect(await removeDrafts(share, '', nowUs + 3_600_000_000, never)).toBe(1)
    const left = await readdir(server.path('media'))
    expect(left).toEqual(expect.arrayContaining(['.hearth-short.tmp', 'kept.tmp']))
    expect(left).not.toContain(draft)
  })
})
