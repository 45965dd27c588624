import { readdir, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'

/** Small files, journals, and what others write meanwhile. */
const SPARE_BYTES = 64 * 1024 * 1024

/**
 * @param neededBytes what will be written into `folder` at most at one time
 * @throws AppError `disk_full`
 */
export async function requireSpace(folder: string, neededBytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder)
  const freeBytes = bavail * bsize
  if (freeBytes >= neededBytes + SPARE_BYTES) return
  const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString('en-US')} MB`
  throw new AppError(
    'disk_full',
    `The disk with ${folder} has ${megabytes(freeBytes)} free, and ${megabytes(neededBytes + SPARE_BYTES)} are needed: make room there`,
  )
}

/** Of all files in a folder; those that vanish meanwhile count nothing. */
export async function sizeOfTree(folder: string): Promise<number> {
  let bytes = 0
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue
    const stats = await stat(join(entry.parentPath, entry.name)).catch(() => undefined)
    bytes += stats?.size ?? 0
  }
  return bytes
}

/** A full disk said so; anything else is left as it is. */
export function describeFullDisk(error: unknown, folder: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const isFull = code === 'ENOSPC' || code === 'EDQUOT' || code === DATABASE_DISK_FULL
  return isFull
    ? new AppError('disk_full', `The disk with ${folder} is full: make room there`, { cause: error })
    : error
}

/** Postgres' own code for it. */
const DATABASE_DISK_FULL = '53100'
