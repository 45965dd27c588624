import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from './temporary-folder.ts'

/** Only root may mount. */
export const canMountDisk = process.platform === 'linux' && process.getuid?.() === 0

/** A small disk of its own, mounted for one test. */
export async function smallDisk(sizeBytes: number) {
  const folder = await temporaryFolder()
  const path = join(folder.path, 'disk')
  mkdirSync(path)
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${sizeBytes}`, 'hearth-test', path])
  let isMounted = true
  const unmount = () => {
    if (isMounted) execFileSync('umount', ['-l', path])
    isMounted = false
  }
  return {
    path,
    unmount,
    remount: (options: string) => execFileSync('mount', ['-o', `remount,${options}`, path]),
    async [Symbol.asyncDispose]() {
      unmount()
      await folder[Symbol.asyncDispose]()
    },
  }
}
