import { ByteReader } from '../byte-reader.ts'
import { malformed } from '../smb-error.ts'

export const HEADER_BYTES = 64

/** @see https://learn.microsoft.com/openspecs/windows_protocols/ms-smb2/fb188936-5050-48d3-b350-dc43059638a4 */
export const smbCommand = {
  negotiate: 0,
  sessionSetup: 1,
  logoff: 2,
  treeConnect: 3,
  create: 5,
  close: 6,
  flush: 7,
  read: 8,
  write: 9,
  ioctl: 11,
  cancel: 12,
  queryDirectory: 14,
  setInfo: 17,
} as const
export type SmbCommand = (typeof smbCommand)[keyof typeof smbCommand]

export const headerFlag = { response: 0x1, async: 0x2, signed: 0x8 } as const

const PROTOCOL_ID = Buffer.from('\xfeSMB', 'latin1')

export type RequestHeader = {
  command: SmbCommand
  creditCharge: number
  creditRequest: number
  flags: number
  messageId: bigint
  treeId: number
  sessionId: bigint
  /** Instead of the tree's id, to cancel what the server has put off. */
  asyncId?: bigint
}

export type ReplyHeader = {
  status: number
  command: number
  credits: number
  flags: number
  messageId: bigint
  sessionId: bigint
  treeId: number
  asyncId: bigint
}

/** A whole message: 64 bytes of header, whose signature is still zero, and the body. */
export function encodeMessage(header: RequestHeader, body: Uint8Array): Buffer {
  const message = Buffer.alloc(HEADER_BYTES + body.length)
  PROTOCOL_ID.copy(message)
  message.writeUInt16LE(HEADER_BYTES, 4)
  message.writeUInt16LE(header.creditCharge, 6)
  message.writeUInt16LE(header.command, 12)
  message.writeUInt16LE(header.creditRequest, 14)
  message.writeUInt32LE(header.flags, 16)
  message.writeBigUInt64LE(header.messageId, 24)
  if (header.asyncId === undefined) message.writeUInt32LE(header.treeId, 36)
  else message.writeBigUInt64LE(header.asyncId, 32)
  message.writeBigUInt64LE(header.sessionId, 40)
  message.set(body, HEADER_BYTES)
  return message
}

/** @throws SmbError for what is no answer of an SMB 2 or 3 server, or several at once, which nobody asked for */
export function decodeHeader(message: Uint8Array): ReplyHeader {
  const reader = new ByteReader(message)
  if (!reader.part(0, 4).equals(PROTOCOL_ID) || reader.u16(4) !== HEADER_BYTES) {
    throw malformed('no SMB 2 header')
  }
  const flags = reader.u32(16)
  if ((flags & headerFlag.response) === 0) throw malformed('a request')
  if (reader.u32(20) !== 0) throw malformed('answers in a chain')
  reader.part(0, HEADER_BYTES)
  return {
    status: reader.u32(8),
    command: reader.u16(12),
    credits: reader.u16(14),
    flags,
    messageId: reader.u64(24),
    asyncId: reader.u64(32),
    treeId: reader.u32(36),
    sessionId: reader.u64(40),
  }
}

/** The body of an answer begins with its own size, which tells one kind from another. */
export function readBody(message: Uint8Array, structureSize: number): ByteReader {
  const reader = new ByteReader(message)
  const size = reader.u16(HEADER_BYTES)
  if (size !== structureSize) throw malformed(`a body of kind ${size} instead of ${structureSize}`)
  return reader
}
