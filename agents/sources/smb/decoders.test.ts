import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ByteReader } from './byte-reader.ts'
import { openSealed } from './crypto/seal-message.ts'
import { FrameReader } from './frame-reader.ts'
import { decodeCreated } from './messages/create-message.ts'
import { dialects } from './messages/dialect.ts'
import type { CipherId } from './messages/negotiate-contexts.ts'
import { decodeNegotiated } from './messages/negotiate-message.ts'
import { decodeDirectory } from './messages/query-directory-message.ts'
import { decodeRead } from './messages/read-message.ts'
import { decodeSessionSetup } from './messages/session-setup-message.ts'
import { decodeHeader } from './messages/smb-header.ts'
import { decodeTreeConnect } from './messages/tree-connect-message.ts'
import { isValidated } from './messages/validate-negotiate-message.ts'
import { decodeWritten } from './messages/write-message.ts'
import { decodeNtlmChallenge } from './ntlm/ntlm-messages.ts'
import { SmbError } from './smb-error.ts'
import { SmbShare } from './smb-share.ts'
import { HostileServer } from './testing/hostile-server.ts'

/** What a real Samba answered, by dialect, command and status. */
const recorded = new Map(
  Object.entries(
    JSON.parse(readFileSync(join(import.meta.dirname, 'testing', 'recorded-answers.json'), 'utf8')) as Record<
      string,
      string
    >,
  ).map(([name, hex]) => [name, Buffer.from(hex, 'hex')]),
)
const all = Object.values(dialects)
const negotiated = decodeNegotiated(recorded.get('302 0 0')!, all)

/** Every way from bytes of the network to meaning, each with the kind of answer that it reads. */
const decoders: [name: string, command: string, decode: (message: Buffer) => unknown][] = [
  ['header', '', (message) => decodeHeader(message)],
  ['negotiate', ' 0 0', (message) => decodeNegotiated(message, all)],
  ['session setup', ' 1 ', (message) => decodeSessionSetup(message)],
  ['NTLM challenge', ' 1 c0000016', (message) => decodeNtlmChallenge(decodeSessionSetup(message).token)],
  ['tree connect', ' 3 0', (message) => decodeTreeConnect(message)],
  ['create', ' 5 0', (message) => decodeCreated(message)],
  ['query directory', ' 14 0', (message) => decodeDirectory(message)],
  ['read', ' 8 0', (message) => decodeRead(message, 1024 * 1024)],
  ['write', ' 9 0', (message) => decodeWritten(message, 1024 * 1024)],
  ['validate negotiate', ' 11 0', (message) => isValidated(message, negotiated)],
]

/** Either it means something or it is refused; nothing else may happen. */
function isUnderstood(decode: () => unknown): boolean {
  try {
    decode()
    return true
  } catch (error) {
    if (error instanceof SmbError) return false
    throw error
  }
}

describe.each(decoders)('%s', (_, command, decode) => {
  const samples = [...recorded].filter(([name]) => name.includes(command)).map(([, message]) => message)

  test('a real answer is understood', () => {
    expect(samples.length).toBeGreaterThan(2)
    for (const message of samples) expect(isUnderstood(() => decode(message))).toBe(true)
  })

  test('any bytes are understood or refused', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 600 }),
        (bytes) => void isUnderstood(() => decode(Buffer.from(bytes))),
      ),
    )
  })

  test('a real answer with changed, lost or added bytes is understood or refused', () => {
    const change = fc.record({
      at: fc.nat(1_000),
      value: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.nat(255)),
    })
    fc.assert(
      fc.property(
        fc.constantFrom(...samples),
        fc.array(change, { minLength: 1, maxLength: 8 }),
        fc.integer({ min: -200, max: 200 }),
        (sample, changes, longer) => {
          const message = Buffer.alloc(Math.max(0, sample.length + longer))
          sample.copy(message)
          for (const { at, value } of changes) if (message.length > 0) message[at % message.length] = value
          isUnderstood(() => decode(message))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test('each byte of a real answer may be anything that lengths and offsets like', () => {
    for (const sample of samples.slice(0, 4)) {
      for (let at = 0; at < sample.length; at += 1) {
        for (const value of [0, 1, 0x7f, 0x80, 0xff]) {
          const message = Buffer.from(sample)
          message[at] = value
          isUnderstood(() => decode(message))
        }
      }
      for (let length = 0; length < sample.length; length += 1)
        isUnderstood(() => decode(sample.subarray(0, length)))
    }
  })
})

test('a folder’s entries that form a ring, or go back, are refused', () => {
  const sample = recorded.get('311 14 0')!
  const list = sample.readUInt16LE(66)
  for (const next of [1, 8, 67, 0x7fff_ffff, 0xffff_ffff]) {
    const message = Buffer.from(sample)
    message.writeUInt32LE(next, list)
    expect(
      isUnderstood(() => decodeDirectory(message)),
      `${next}`,
    ).toBe(false)
  }
})

test.each(['..\\a', 'a/b', 'a\0b'])('a folder’s entry that is called %j is refused', (name) => {
  const sample = Buffer.from(recorded.get('311 14 0')!)
  const list = sample.readUInt16LE(66)
  sample.writeUInt32LE(name.length * 2, list + 60)
  sample.write(name, list + 68, 'utf16le')
  expect(() => decodeDirectory(sample)).toThrow(/separator/)
})

test('unpaired halves of characters in a name stay as they are', () => {
  const sample = Buffer.from(recorded.get('311 14 0')!)
  const list = sample.readUInt16LE(66)
  sample.writeUInt32LE(4, list + 60)
  sample.writeUInt16LE(0xd83d, list + 68)
  sample.writeUInt16LE(0x41, list + 70)
  expect(decodeDirectory(sample).map(({ name }) => name)).toContain('\ud83dA')
})

test('a read that brings more than was asked for is refused', () => {
  expect(() => decodeRead(recorded.get('311 8 0')!, 4)).toThrow(SmbError)
})

test('sealed messages of any bytes are refused', () => {
  const envelope = Buffer.from('\xfdSMB', 'latin1')
  fc.assert(
    fc.property(fc.constantFrom<CipherId>(1, 2, 3, 4), fc.uint8Array({ maxLength: 200 }), (cipher, bytes) => {
      const key = Buffer.alloc(cipher > 2 ? 32 : 16)
      expect(isUnderstood(() => openSealed(cipher, key, Buffer.concat([envelope, bytes])))).toBe(false)
    }),
  )
})

test('messages come out whole however they are cut, and none longer than allowed is begun', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }),
      (messages, cuts) => {
        const stream = Buffer.concat(
          messages.flatMap((message) => [Buffer.from([0, 0, 0, message.length]), Buffer.from(message)]),
        )
        const reader = new FrameReader(50)
        const got: Buffer[] = []
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const step = cuts[i % cuts.length]!
          got.push(...reader.push(stream.subarray(at, at + step)))
          at += step
        }
        expect(got.map((each) => [...each])).toEqual(messages.map((each) => [...each]))
      },
    ),
  )
  expect(() => new FrameReader(50).push(Buffer.from([0, 0, 0, 51]))).toThrow(SmbError)
  expect(() => new FrameReader(50).push(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toThrow(SmbError)
})

test('numbers are read only from where they are', () => {
  const reader = new ByteReader(Buffer.alloc(8))
  for (const at of [-1, 5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 40]) {
    expect(() => reader.u32(at)).toThrow(SmbError)
    expect(() => reader.part(at, 4)).toThrow(SmbError)
  }
  expect(() => reader.part(0, -1)).toThrow(SmbError)
})

test('a server that says anything, in any order, costs one error and no more', async () => {
  const answers = [...recorded.values()]
  const any = fc.oneof(
    fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    fc.tuple(fc.constantFrom(...answers), fc.nat(600), fc.nat(255)).map(([answer, at, value]) => {
      const message = Buffer.from(answer)
      message[at % message.length] = value
      return message
    }),
  )
  const pieces = fc.array(fc.array(any, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 6 })
  await fc.assert(
    fc.asyncProperty(pieces, fc.boolean(), async (said, isFitting) => {
      let turn = 0
      await using server = await HostileServer.start((message) => {
        const answers = said[turn % said.length]!
        turn += 1
        // Answers that fit to their questions get further.
        return isFitting ? answers.map((answer) => asAnswerTo(message, answer)) : answers
      })
      const share = hostileShare(server.port)
      const asked = share.list('', new AbortController().signal)
      await expect(asked).rejects.toBeInstanceOf(SmbError)
      await share.stop()
    }),
    { numRuns: 150 },
  )
}, 60_000)

function asAnswerTo(message: Buffer, answer: Buffer): Buffer {
  if (answer.length < 64) return answer
  const fitting = Buffer.from(answer)
  message.copy(fitting, 24, 24, 32)
  message.copy(fitting, 12, 12, 14)
  return fitting
}

function hostileShare(port: number): SmbShare {
  return new SmbShare({
    host: '127.0.0.1',
    port,
    share: 'media',
    credentials: { user: 'nobody', domain: '', password: 'x' },
    dialects: all,
    requireSigning: true,
    requireEncryption: false,
    allowGuest: false,
    timeoutMs: 100,
    reconnectLimitMs: 0,
    openLimitMs: 0,
  })
}
