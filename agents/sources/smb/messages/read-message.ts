import { malformed } from '../smb-error.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

/** Where the server is to put the bytes in its answer: right after the fixed part. */
const DATA_OFFSET = HEADER_BYTES + 16

export function encodeRead(fileId: Buffer, offset: number, lengthBytes: number): Buffer {
  // The last byte stands for the empty channel information, which must be there.
  const body = Buffer.alloc(49)
  body.writeUInt16LE(49, 0)
  body.writeUInt8(DATA_OFFSET, 2)
  body.writeUInt32LE(lengthBytes, 4)
  body.writeBigUInt64LE(BigInt(offset), 8)
  fileId.copy(body, 16)
  return body
}

/** Without copying. @param askedBytes more than that is never taken */
export function decodeRead(message: Uint8Array, askedBytes: number): Buffer {
  const reader = readBody(message, 17)
  const length = reader.u32(HEADER_BYTES + 4)
  if (length > askedBytes) throw malformed(`${length} bytes where ${askedBytes} were asked for`)
  return reader.part(reader.u8(HEADER_BYTES + 2), length)
}
