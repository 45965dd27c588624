import type { ByteReader } from '../byte-reader.ts'

/** From 1601, where Windows begins, to 1970, in units of 100 ns. */
const EPOCH = 116_444_736_000_000_000n
const attribute = { directory: 0x10, reparsePoint: 0x400 } as const

export type FileFacts = {
  sizeBytes: number
  /** Microseconds since 1970. */
  mtimeUs: number
  kind: 'file' | 'folder' | 'link'
}

/** @param at where each of them lies */
export function readFileFacts(
  reader: ByteReader,
  at: { mtime: number; size: number; attributes: number },
): FileFacts {
  const attributes = reader.u32(at.attributes)
  return {
    sizeBytes: reader.size(at.size),
    mtimeUs: Number((reader.u64(at.mtime) - EPOCH) / 10n),
    kind:
      (attributes & attribute.reparsePoint) !== 0
        ? 'link'
        : (attributes & attribute.directory) !== 0
          ? 'folder'
          : 'file',
  }
}
