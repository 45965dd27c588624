import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { accessSync, constants, mkdtempSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const SERVER = join(import.meta.dirname, 'native-dead-disk-server.ts')

/** What a dead disk says of each file. */
export const DEAD_FILE_BYTES = 1024 * 1024

/** Why no dead disk can be made here, or undefined. */
export const deadDiskMissing: string | undefined = findReason()

/**
 * A mounted file system whose folders and files give no answer when they are read: `dead` after they
 * were found and opened, `mute` from the first look on.
 */
export async function deadDisk(mode: 'dead' | 'mute'): Promise<AsyncDisposable & { path: string }> {
  const path = mkdtempSync(join(tmpdir(), 'hearth-dead-disk-'))
  const server = spawn(process.execPath, [SERVER, path, String(DEAD_FILE_BYTES), mode], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [said] = await Promise.race([once(server.stdout, 'data'), once(server, 'exit')])
  if (!Buffer.isBuffer(said)) throw new Error('The dead disk cannot be mounted')
  return { path, [Symbol.asyncDispose]: () => removeDisk(server, path) }
}

/** Whoever hangs in the disk is let go with an error. */
async function removeDisk(server: ChildProcess, path: string): Promise<void> {
  const gone = once(server, 'exit')
  server.kill('SIGKILL')
  await gone
  spawnSync('umount', ['-l', path])
  rmdirSync(path)
}

function findReason(): string | undefined {
  if (process.getuid?.() !== 0) return 'needs root to mount a dead disk'
  try {
    accessSync('/dev/fuse', constants.R_OK | constants.W_OK)
  } catch {
    return 'needs /dev/fuse to make a dead disk'
  }
  const probe = mkdtempSync(join(tmpdir(), 'hearth-dead-disk-'))
  const mounted = spawnSync('mount', ['-t', 'tmpfs', 'none', probe])
  if (mounted.status === 0) spawnSync('umount', [probe])
  rmdirSync(probe)
  return mounted.status === 0 ? undefined : 'needs the right to mount a dead disk'
}
