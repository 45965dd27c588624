import { ByteReader } from '../byte-reader.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 24
export const sessionFlag = { guest: 1, anonymous: 2, encrypt: 4 } as const

export function encodeSessionSetup(token: Uint8Array, mode: number): Buffer {
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.writeUInt16LE(25, 0)
  fixed.writeUInt8(mode, 3)
  fixed.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 12)
  fixed.writeUInt16LE(token.length, 14)
  return Buffer.concat([fixed, token])
}

export function decodeSessionSetup(message: Uint8Array): { flags: number; token: ByteReader } {
  const reader = readBody(message, 9)
  const length = reader.u16(HEADER_BYTES + 6)
  const token = length === 0 ? Buffer.alloc(0) : reader.part(reader.u16(HEADER_BYTES + 4), length)
  return { flags: reader.u16(HEADER_BYTES + 2), token: new ByteReader(token) }
}
