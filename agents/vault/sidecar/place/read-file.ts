import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { mtimeUs } from '../../mtime-us.ts'
import type { SidecarFile } from './messages.ts'

/** Real ones have some kilobytes; darktable's with many masks some hundred. */
export const MAX_SIDECAR_BYTES = 16 * 1024 * 1024
const READ_ONLY = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/** What lies at a sidecar's name is none: a link, a folder, a pipe, or far too large. */
export class NoSidecarError extends Error {}

/** A file that is held open, so that what is written into it later is seen. */
export type HeldFile = SidecarFile & { fd: number; mode: number; uid: number; gid: number }

/** Opens and reads a sidecar; null when nothing is there. Whoever gets one closes `fd`. */
export function holdFile(path: string | Buffer): HeldFile | null {
  let fd: number
  try {
    fd = openSync(path, READ_ONLY)
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null
    if (isCode(error, 'ELOOP')) throw new NoSidecarError('is a link, which is not followed')
    throw error
  }
  try {
    const stats = fstatSync(fd, { bigint: true })
    if (!stats.isFile()) throw new NoSidecarError('is not a regular file')
    const bytes = readHeld(fd)
    return {
      fd,
      bytes,
      contentHash: hashOf(bytes),
      mtimeUs: mtimeUs(stats),
      mode: Number(stats.mode),
      uid: Number(stats.uid),
      gid: Number(stats.gid),
    }
  } catch (error) {
    closeSync(fd)
    throw error
  }
}

/** As `holdFile`, without holding it. */
export function readFileNow(path: string | Buffer): SidecarFile | null {
  const held = holdFile(path)
  if (held === null) return null
  closeSync(held.fd)
  return { bytes: held.bytes, contentHash: held.contentHash, mtimeUs: held.mtimeUs }
}

/** All bytes of an open file, from its beginning. */
export function readHeld(fd: number): Buffer {
  const sizeBytes = fstatSync(fd).size
  if (sizeBytes > MAX_SIDECAR_BYTES) throw new NoSidecarError('is larger than 16 MB')
  const buffer = Buffer.alloc(sizeBytes + 1)
  let length = 0
  for (;;) {
    const count = readSync(fd, buffer, length, buffer.length - length, length)
    length += count
    if (count === 0 || length === buffer.length) return buffer.subarray(0, length)
  }
}

export function hashOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
