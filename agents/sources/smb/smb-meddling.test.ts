import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { dialects } from './messages/dialect.ts'
import { HEADER_BYTES, smbCommand } from './messages/smb-header.ts'
import { openSmbPart } from './read-stream.ts'
import { type Meddle, MeddlingProxy } from './testing/meddling-proxy.ts'
import { never, openShare } from './testing/samba-fixture.ts'
import { canRunSamba, SambaServer } from './testing/samba-server.ts'

const SIZE_BYTES = 300_000
const part = { name: 'a.jpg', sizeBytes: SIZE_BYTES, start: 0, end: SIZE_BYTES - 1 }
const commandOf = (message: Buffer) => (message[0] === 0xfe ? message.readUInt16LE(12) : -1)

/** Does something to messages of one command. */
const onCommand =
  (command: number, change: (message: Buffer) => void): Meddle =>
  (message) => {
    if (commandOf(message) === command) change(message)
    return message
  }

describe.skipIf(!canRunSamba)('somebody between client and server', () => {
  let server: SambaServer
  const bytes = randomBytes(SIZE_BYTES)
  beforeAll(async () => {
    server = await SambaServer.start()
    await writeFile(server.path('media', 'a.jpg'), bytes)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
  })

  async function readThrough(meddle: { toServer?: Meddle; toClient?: Meddle }, changes = {}) {
    await using proxy = await MeddlingProxy.start({ port: server.port, ...meddle })
    const share = openShare(server, { port: proxy.port, reconnectLimitMs: 0, openLimitMs: 0, ...changes })
    return (await buffer(await openSmbPart(share, part, never))).equals(bytes)
  }

  test('who changes nothing changes nothing', async () => {
    expect(await readThrough({})).toBe(true)
  })

  test.each([dialects['2.1'], dialects['3.0'], dialects['3.0.2']])(
    'cannot talk the two down to dialect %i',
    async (lower) => {
      const toServer = onCommand(smbCommand.negotiate, (message) => {
        const count = message.readUInt16LE(HEADER_BYTES + 2)
        for (let i = 0; i < count; i += 1) message.writeUInt16LE(lower, HEADER_BYTES + 36 + i * 2)
      })
      await expect(readThrough({ toServer })).rejects.toMatchObject({ scope: 'server' })
    },
  )

  test('cannot take away the ciphers', async () => {
    const toServer = onCommand(smbCommand.negotiate, (message) => {
      // The type of the second context: another one is not understood, and no cipher is agreed on.
      const first = message.readUInt32LE(HEADER_BYTES + 28)
      message.writeUInt16LE(
        0x7777,
        first + 8 + message.readUInt16LE(first + 2) + (-message.readUInt16LE(first + 2) & 7),
      )
    })
    await expect(readThrough({ toServer })).rejects.toMatchObject({ scope: expect.anything() })
  })

  test('cannot change one bit of what is read', async () => {
    const toClient = onCommand(smbCommand.read, (message) => {
      message[message.length - 1] = message[message.length - 1]! ^ 1
    })
    await expect(readThrough({ toClient })).rejects.toThrow(/not signed/)
  })

  test('cannot leave out the signatures', async () => {
    const toClient: Meddle = (message) => {
      if (commandOf(message) > smbCommand.sessionSetup) {
        message.writeUInt32LE(message.readUInt32LE(16) & ~8, 16)
        message.fill(0, 48, 64)
      }
      return message
    }
    await expect(readThrough({ toClient })).rejects.toThrow(/not signed/)
  })

  test('cannot change a sealed message', async () => {
    let seals = 0
    const toClient: Meddle = (message) => {
      if (message[0] === 0xfd) seals += 1
      if (seals === 2) message[message.length - 3] = message[message.length - 3]! ^ 4
      return message
    }
    await expect(readThrough({ toClient }, { requireEncryption: true })).rejects.toThrow(/changed on its way/)
  })

  test('cannot answer in plain words where everything is sealed', async () => {
    const plain = Buffer.alloc(80)
    plain.write('\xfeSMB', 'latin1')
    plain.writeUInt16LE(64, 4)
    plain.writeUInt32LE(1, 16)
    const toClient: Meddle = (message) => (message[0] === 0xfd ? plain : message)
    await expect(readThrough({ toClient }, { requireEncryption: true })).rejects.toThrow(/plain message/)
  })

  test('learns no password', async () => {
    const seen: Buffer[] = []
    const toServer: Meddle = (message) => {
      seen.push(Buffer.from(message))
      return message
    }
    await readThrough({ toServer })
    const { password } = server.options().credentials
    const all = Buffer.concat(seen)
    expect(all.includes(Buffer.from(password)) || all.includes(Buffer.from(password, 'utf16le'))).toBe(false)
  })
})
