import { ByteReader } from '../byte-reader.ts'
import { malformed } from '../smb-error.ts'
import { type FileFacts, readFileFacts } from './file-facts.ts'
import { HEADER_BYTES, readBody } from './smb-header.ts'

const FIXED_BYTES = 32
const FULL_DIRECTORY_INFORMATION = 2
const RESTART_SCAN = 1
const ENTRY_BYTES = 68

export type SmbEntry = FileFacts & {
  /** UTF-16 exactly as the server has it: unpaired surrogates stay. */
  name: string
}

export function encodeQueryDirectory(fileId: Buffer, isFirst: boolean, answerBytes: number): Buffer {
  const pattern = Buffer.from('*', 'utf16le')
  const fixed = Buffer.alloc(FIXED_BYTES)
  fixed.writeUInt16LE(33, 0)
  fixed.writeUInt8(FULL_DIRECTORY_INFORMATION, 2)
  fixed.writeUInt8(isFirst ? RESTART_SCAN : 0, 3)
  fileId.copy(fixed, 8)
  fixed.writeUInt16LE(HEADER_BYTES + FIXED_BYTES, 24)
  fixed.writeUInt16LE(pattern.length, 26)
  fixed.writeUInt32LE(answerBytes, 28)
  return Buffer.concat([fixed, pattern])
}

/** The entries of one answer, without `.` and `..`. */
export function decodeDirectory(message: Uint8Array): SmbEntry[] {
  const reader = readBody(message, 9)
  const list = reader.part(reader.u16(HEADER_BYTES + 2), reader.u32(HEADER_BYTES + 4))
  return list.length === 0 ? [] : decodeEntries(new ByteReader(list))
}

function decodeEntries(list: ByteReader): SmbEntry[] {
  const entries: SmbEntry[] = []
  let at = 0
  for (;;) {
    const entry = decodeEntry(list, at)
    if (entry.name !== '.' && entry.name !== '..') entries.push(entry)
    const next = list.u32(at)
    if (next === 0) return entries
    // Each entry has its own place: a chain that goes back on itself would never end.
    if (next < ENTRY_BYTES) throw malformed('a list that does not go on')
    at += next
  }
}

function decodeEntry(list: ByteReader, at: number): SmbEntry {
  const name = list.text(at + ENTRY_BYTES, list.u32(at + 60))
  // A name that leads elsewhere would make its reader open another file than it thinks.
  if (name === '' || /[\\/\0]/.test(name)) throw malformed('a name with a separator')
  return { name, ...readFileFacts(list, { mtime: at + 24, size: at + 40, attributes: at + 56 }) }
}
