import { type FileFacts, readFileFacts } from './file-facts.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 56
const IMPERSONATION = 2
/** Others may read, write and delete meanwhile: an agent that looks at a file is in nobody's way. */
const SHARE_ALL = 7

export const access = {
  readData: 0x1,
  writeData: 0x2,
  readAttributes: 0x80,
  delete: 0x1_0000,
  synchronize: 0x10_0000,
} as const
export const disposition = { open: 1, create: 2 } as const
export const createOption = { directory: 0x1, sequential: 0x4, file: 0x40, deleteOnClose: 0x1000 } as const

export type CreateRequest = {
  /** With backslashes, relative to the share; empty for the share itself. */
  name: string
  access: number
  disposition: (typeof disposition)[keyof typeof disposition]
  options: number
}

export type OpenedFile = FileFacts & {
  /** 16 bytes that name the open file to the server. */
  id: Buffer
}

export function encodeCreate(request: CreateRequest): Buffer {
  const name = Buffer.from(request.name, 'utf16le')
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.writeUInt16LE(57, 0)
  fixed.writeUInt32LE(IMPERSONATION, 4)
  fixed.writeUInt32LE(request.access, 24)
  fixed.writeUInt32LE(SHARE_ALL, 32)
  fixed.writeUInt32LE(request.disposition, 36)
  fixed.writeUInt32LE(request.options, 40)
  fixed.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 44)
  fixed.writeUInt16LE(name.length, 46)
  // The body has at least one byte after its fixed part.
  return Buffer.concat([fixed, name.length > 0 ? name : Buffer.alloc(1)])
}

export function decodeCreated(message: Uint8Array): OpenedFile {
  const reader = readBody(message, 89)
  const at = HEADER_BYTES
  return {
    id: Buffer.from(reader.part(at + 64, 16)),
    ...readFileFacts(reader, { mtime: at + 24, size: at + 48, attributes: at + 56 }),
  }
}
