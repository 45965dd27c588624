import { createHash, randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { onTestFinished } from 'vitest'
import { SmbShare, type SmbShareOptions } from '../smb-share.ts'
import type { SambaServer } from './samba-server.ts'

/** For what is not meant to be cancelled. */
export const never = new AbortController().signal

/** A share that is stopped with its test. */
export function openShare(server: SambaServer, changes: Partial<SmbShareOptions> = {}): SmbShare {
  const share = new SmbShare(server.options(changes))
  onTestFinished(() => share.stop())
  return share
}

export async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk)
  return hash.digest('hex')
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** A file of `sizeBytes` that takes no room but for these bytes at `offset`. */
export async function writeSparse(path: string, sizeBytes: number, offset: number, length: number) {
  const bytes = randomBytes(length)
  const file = await open(path, 'w')
  await file.truncate(sizeBytes)
  await file.write(bytes, 0, length, offset)
  await file.close()
  return bytes
}
