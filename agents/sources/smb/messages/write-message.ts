import { malformed } from '../smb-error.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 48

export function encodeWrite(fileId: Buffer, offset: number, bytes: Uint8Array): Buffer {
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.writeUInt16LE(49, 0)
  fixed.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 2)
  fixed.writeUInt32LE(bytes.length, 4)
  fixed.writeBigUInt64LE(BigInt(offset), 8)
  fileId.copy(fixed, 16)
  return Buffer.concat([fixed, bytes])
}

/** How many of the bytes the server took. */
export function decodeWritten(message: Uint8Array, sentBytes: number): number {
  const count = readBody(message, 17).u32(HEADER_BYTES + 4)
  if (count === 0 || count > sentBytes) throw malformed(`${count} of ${sentBytes} bytes written`)
  return count
}
