import type { ByteReader } from '../byte-reader.ts'
import { malformed } from '../smb-error.ts'

export const avId = { end: 0, flags: 6, timestamp: 7, targetName: 9 } as const
export type AvPair = { id: number; value: Buffer }

/** A server tells six or seven facts about itself. */
const MAX_PAIRS = 64

/** Reads the facts that a server tells about itself; ends at their end mark. */
export function decodeAvPairs(info: ByteReader): AvPair[] {
  const pairs: AvPair[] = []
  let at = 0
  for (;;) {
    const id = info.u16(at)
    if (id === avId.end) return pairs
    if (pairs.length === MAX_PAIRS) throw malformed('too many facts in its NTLM challenge')
    const value = info.part(at + 4, info.u16(at + 2))
    pairs.push({ id, value })
    at += 4 + value.length
  }
}

export function encodeAvPairs(pairs: readonly AvPair[]): Buffer {
  return Buffer.concat(
    [...pairs, { id: avId.end, value: Buffer.alloc(0) }].flatMap(({ id, value }) => [head(id, value), value]),
  )
}

function head(id: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt16LE(id, 0)
  bytes.writeUInt16LE(value.length, 2)
  return bytes
}
