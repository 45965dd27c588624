import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 8
const DISK = 1
const ENCRYPT_DATA = 0x8000

export function encodeTreeConnect(host: string, share: string): Buffer {
  const path = Buffer.from(`\\\\${host}\\${share}`, 'utf16le')
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.writeUInt16LE(9, 0)
  fixed.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 4)
  fixed.writeUInt16LE(path.length, 6)
  return Buffer.concat([fixed, path])
}

export function decodeTreeConnect(message: Uint8Array): { isDisk: boolean; wantsEncryption: boolean } {
  const reader = readBody(message, 16)
  return {
    isDisk: reader.u8(HEADER_BYTES + 2) === DISK,
    wantsEncryption: (reader.u32(HEADER_BYTES + 4) & ENCRYPT_DATA) !== 0,
  }
}
