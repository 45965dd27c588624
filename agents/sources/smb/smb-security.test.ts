import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { describe, expect, test } from 'vitest'
import { type DialectName, dialects } from './messages/dialect.ts'
import { ciphers, signingAlgorithms } from './messages/negotiate-contexts.ts'
import { openSmbPart } from './read-stream.ts'
import { SmbTree } from './smb-tree.ts'
import { never, openShare } from './testing/samba-fixture.ts'
import { canRunSamba, SambaServer } from './testing/samba-server.ts'

const SIZE_BYTES = 5_000_000

async function startWithFile(options: Parameters<typeof SambaServer.start>[0]) {
  const server = await SambaServer.start(options)
  const bytes = randomBytes(SIZE_BYTES)
  await writeFile(server.path('media', 'a.mov'), bytes)
  return { server, bytes, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() }
}

const part = { name: 'a.mov', sizeBytes: SIZE_BYTES, start: 0, end: SIZE_BYTES - 1 }

describe.skipIf(!canRunSamba)('what a real Samba and this client agree on', () => {
  test.each(Object.keys(dialects) as DialectName[])(
    'SMB %s is spoken, signed where signing is mandatory',
    async (name) => {
      await using t = await startWithFile({ maxDialect: name, signing: 'mandatory' })
      await using tree = await openTree(t.server)
      expect(tree.agreed.dialect).toBe(dialects[name])
      expect((await buffer(await openSmbPart(openShare(t.server), part, never))).equals(t.bytes)).toBe(true)
    },
  )

  test.each(['3.0', '3.0.2', '3.1.1'] as const)(
    'a server that requires encryption gets it in SMB %s',
    async (maxDialect) => {
      await using t = await startWithFile({ maxDialect, encryption: 'required' })
      await using tree = await openTree(t.server)
      expect(tree.isEncrypting).toBe(true)
      expect((await buffer(await openSmbPart(openShare(t.server), part, never))).equals(t.bytes)).toBe(true)
    },
  )

  test.each([1, 2, 3, 4] as const)('cipher %i is understood', async (cipher) => {
    await using t = await startWithFile({
      encryption: 'required',
      global: [`server smb3 encryption algorithms = ${ciphers[cipher]}`],
    })
    await using tree = await openTree(t.server)
    expect(tree.agreed.cipher).toBe(cipher)
    expect((await buffer(await openSmbPart(openShare(t.server), part, never))).equals(t.bytes)).toBe(true)
  })

  test.each([
    ['hmac-sha256', signingAlgorithms.hmacSha256],
    ['aes-128-cmac', signingAlgorithms.aesCmac],
    ['aes-128-gmac', signingAlgorithms.aesGmac],
  ])('%s signatures are understood', async (algorithm, id) => {
    await using t = await startWithFile({
      signing: 'mandatory',
      global: [`server smb3 signing algorithms = ${algorithm}`],
    })
    await using tree = await openTree(t.server)
    expect(tree.agreed.signing).toBe(id)
    expect((await buffer(await openSmbPart(openShare(t.server), part, never))).equals(t.bytes)).toBe(true)
  })

  test('encryption that the configuration demands is made, or the server refused', async () => {
    await using able = await startWithFile({})
    await using tree = await openTree(able.server, { requireEncryption: true })
    expect(tree.isEncrypting).toBe(true)
    await using unable = await startWithFile({ encryption: 'off' })
    const refused = openTree(unable.server, { requireEncryption: true })
    await expect(refused).rejects.toMatchObject({ code: 'forbidden' })
    await using old = await startWithFile({ maxDialect: '2.1' })
    await expect(openTree(old.server, { requireEncryption: true })).rejects.toThrow(/does not encrypt/)
  })

  test('a server older than the configuration allows is refused', async () => {
    await using t = await startWithFile({ maxDialect: '3.0' })
    const refused = openTree(t.server, { dialects: [dialects['3.1.1']] })
    await expect(refused).rejects.toMatchObject({ scope: expect.stringMatching(/server|share/) })
  })

  test('without signing, where the configuration switched it off, files are read all the same', async () => {
    await using t = await startWithFile({})
    const share = openShare(t.server, { requireSigning: false })
    expect((await buffer(await openSmbPart(share, part, never))).equals(t.bytes)).toBe(true)
  })

  test('being let in as a guest is refused, unless the configuration allows it', async () => {
    await using t = await startWithFile({
      global: ['map to guest = bad user', 'guest account = nobody', 'guest ok = yes'],
    })
    const stranger = { credentials: { user: 'stranger', domain: '', password: 'x' } }
    await expect(openTree(t.server, stranger)).rejects.toMatchObject({ code: 'unauthenticated' })
    await expect(openTree(t.server, { ...stranger, allowGuest: true })).rejects.toThrow(/guest/)
    const share = openShare(t.server, { ...stranger, allowGuest: true, requireSigning: false })
    expect((await buffer(await openSmbPart(share, part, never))).equals(t.bytes)).toBe(true)
  })
})

async function openTree(server: SambaServer, changes = {}) {
  const tree = await SmbTree.connect(server.options(changes), never)
  return Object.assign(tree, { [Symbol.asyncDispose]: () => tree.close() })
}
