import { createHash } from 'node:crypto'
import type { OpenedOriginal } from '../open-original.ts'

const CHUNK_BYTES = 4 * 1024 * 1024

export type HashedOriginal = {
  contentHash: string
  /** The whole file, when it was asked for. */
  bytes: Buffer | null
  /** Whether the file held another number of bytes than its size said. */
  lengthDiffers: boolean
}

/**
 * Reads a file once, from start to end, hashing on the way.
 *
 * @param keep whether to keep the bytes; otherwise memory stays at one chunk
 * @param onProgress called after each chunk, so that a slow disk is not taken for a dead one
 */
export async function hashOriginal(
  opened: OpenedOriginal,
  keep: boolean,
  onProgress: () => void,
): Promise<HashedOriginal> {
  const sizeBytes = Number(opened.stats.size)
  const hash = createHash('sha256')
  const whole = keep ? Buffer.allocUnsafeSlow(sizeBytes) : null
  const scratch = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, Math.max(sizeBytes, 1)))
  let at = 0
  while (at < sizeBytes) {
    const length = Math.min(CHUNK_BYTES, sizeBytes - at)
    const target = whole === null ? scratch.subarray(0, length) : whole.subarray(at, at + length)
    const { bytesRead } = await opened.handle.read(target, 0, length, at)
    if (bytesRead === 0) return { contentHash: '', bytes: null, lengthDiffers: true }
    hash.update(target.subarray(0, bytesRead))
    at += bytesRead
    onProgress()
  }
  const { bytesRead: beyond } = await opened.handle.read(scratch, 0, 1, at)
  return { contentHash: hash.digest('hex'), bytes: whole, lengthDiffers: beyond > 0 }
}
