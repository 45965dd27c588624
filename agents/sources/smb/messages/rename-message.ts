import { HEADER_BYTES } from './smb-header.ts'

const FIXED_BYTES = 32
const INFO_BYTES = 20
const INFO_FILE = 1
const RENAME_INFORMATION = 10

/**
 * `SET_INFO` that gives an open file another name, and takes the place of what has that name: in one step, so that
 * whoever looks sees the old file or the new one.
 *
 * @param name with backslashes, relative to the share
 */
export function encodeRename(fileId: Buffer, name: string): Buffer {
  const newName = Buffer.from(name, 'utf16le')
  const body = Buffer.alloc(FIXED_BYTES + INFO_BYTES + newName.length)
  body.writeUInt16LE(33, 0)
  body.writeUInt8(INFO_FILE, 2)
  body.writeUInt8(RENAME_INFORMATION, 3)
  body.writeUInt32LE(INFO_BYTES + newName.length, 4)
  body.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 8)
  fileId.copy(body, 16)
  body.writeUInt8(1, FIXED_BYTES)
  body.writeUInt32LE(newName.length, FIXED_BYTES + 16)
  newName.copy(body, FIXED_BYTES + INFO_BYTES)
  return body
}
