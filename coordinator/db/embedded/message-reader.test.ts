import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ClientRequest, MessageReader } from './message-reader.ts'

const startup = fc.uint8Array({ maxLength: 60 }).map((rest) => {
  const message = Buffer.alloc(8 + rest.length)
  message.writeInt32BE(message.length, 0)
  message.writeInt32BE(196_608, 4)
  message.set(rest, 8)
  return message
})
const typed = (types: string) =>
  fc.tuple(fc.constantFrom(...types), fc.uint8Array({ maxLength: 200 })).map(([type, body]) => {
    const message = Buffer.alloc(5 + body.length)
    message.write(type, 0, 'latin1')
    message.writeInt32BE(4 + body.length, 1)
    message.set(body, 5)
    return message
  })
const encryptionRequest = (code: number) => {
  const message = Buffer.alloc(8)
  message.writeInt32BE(8, 0)
  message.writeInt32BE(code, 4)
  return message
}
const extendedQuery = fc
  .tuple(fc.array(typed('PBDEC'), { maxLength: 5 }), typed('S'))
  .map(([messages, sync]) => Buffer.concat([...messages, sync]))
const unit = fc.oneof(extendedQuery, typed('Q'))

/** Cuts a stream at the given places, wherever those are. */
function cut(stream: Buffer, places: number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (stream.length + 1)))].sort((a, b) => a - b)
  return [...at, stream.length].map((end, i) => stream.subarray(at[i - 1] ?? 0, end))
}

function readAll(chunks: Buffer[]): ClientRequest[] {
  const reader = new MessageReader()
  return chunks.flatMap((chunk) => [...reader.read(chunk)])
}

test('each unit is one batch, however the stream is cut', () => {
  fc.assert(
    fc.property(
      startup,
      fc.array(unit, { maxLength: 8 }),
      fc.array(fc.nat(), { maxLength: 40 }),
      (first, units, places) => {
        const requests = readAll(cut(Buffer.concat([first, ...units]), places))
        const bytes = requests.map((request) =>
          request.type === 'batch' ? Buffer.from(request.bytes) : null,
        )
        expect(bytes).toEqual([first, ...units])
      },
    ),
  )
})

test('a byte at a time gives the same requests, with encryption refused and a farewell', () => {
  fc.assert(
    fc.property(startup, unit, (first, query) => {
      const farewell = Buffer.from([0x58, 0, 0, 0, 4])
      const stream = Buffer.concat([
        encryptionRequest(80_877_103),
        encryptionRequest(80_877_104),
        first,
        query,
        farewell,
      ])
      const types = readAll([...stream].map((byte) => Buffer.of(byte))).map((request) => request.type)
      expect(types).toEqual(['encryption', 'encryption', 'batch', 'batch', 'terminate'])
    }),
    { numRuns: 30 },
  )
})

test('a cancel request is known as one', () => {
  const message = Buffer.alloc(16)
  message.writeInt32BE(16, 0)
  message.writeInt32BE(80_877_102, 4)
  expect(readAll([message])).toEqual([{ type: 'cancel' }])
})

test('nothing is handed on before its Sync', () => {
  const parse = Buffer.from([0x50, 0, 0, 0, 4])
  const flush = Buffer.from([0x48, 0, 0, 0, 4])
  const first = Buffer.from([0, 0, 0, 8, 0, 3, 0, 0])
  expect(readAll([first, parse, flush])).toHaveLength(1)
})

test('garbage gives requests or a RangeError, and ends', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 10 }), (chunks) => {
      try {
        const requests = readAll(chunks.map((chunk) => Buffer.from(chunk)))
        const total = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
        expect(requests.length).toBeLessThanOrEqual(total / 5)
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError)
      }
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['shorter than its own header', [0, 0, 0, 7, 0, 3, 0, 0]],
  ['of negative length', [255, 255, 255, 255, 0, 3, 0, 0]],
  ['longer than any of ours', [0x7f, 255, 255, 255, 0, 3, 0, 0]],
])('a message %s is refused', (_, bytes) => {
  expect(() => readAll([Buffer.from(bytes)])).toThrow(RangeError)
})
