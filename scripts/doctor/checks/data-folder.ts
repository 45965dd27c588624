import { constants } from 'node:fs'
import { access, stat, statfs } from 'node:fs/promises'
import { judgeFileSystem } from '../../../coordinator/db/embedded/judge-file-system.ts'
import { readMount } from '../../../coordinator/db/embedded/read-mount.ts'
import type { Check, Finding } from '../finding.ts'

const LITTLE_BYTES = 5e9
const TOO_LITTLE_BYTES = 500e6
/** Rights of others to read. */
const OPEN_TO_OTHERS = 0o077

/** The data folder: whether it can be used, its disk, who else may read it. */
export const checkDataFolder: Check = async ({ data, platform }) => {
  const stats = await stat(data).catch(() => undefined)
  if (stats === undefined) {
    return [{ name: 'data folder', result: 'ok', found: `${data} does not exist yet` }]
  }
  const mayWrite = await access(data, constants.R_OK | constants.W_OK).then(
    () => true,
    () => false,
  )
  if (!mayWrite) {
    const advice = 'Run this as the user who runs Hearth, or give that user the folder'
    return [{ name: 'data folder', result: 'fail', found: `${data} cannot be written`, advice }]
  }
  const isOpen = platform !== 'win32' && (stats.mode & OPEN_TO_OTHERS) !== 0
  const { bavail, bsize } = await statfs(data)
  return [
    isOpen
      ? { name: 'data folder', result: 'warn', found: `others may read ${data}`, advice: `chmod 700 ${data}` }
      : { name: 'data folder', result: 'ok', found: data },
    fileSystemFinding(data),
    spaceFinding(bavail * bsize),
  ]
}

function fileSystemFinding(data: string): Finding {
  const mount = readMount(data)
  const judgement = judgeFileSystem(data, mount)
  const name = 'file system'
  if (judgement.verdict === 'fine') return { name, result: 'ok', found: mount?.type ?? 'not known' }
  const result = judgement.verdict === 'warn' ? 'warn' : 'fail'
  return { name, result, found: mount?.type ?? 'not known', advice: judgement.message }
}

export function spaceFinding(freeBytes: number): Finding {
  const name = 'disk space'
  const found = `${(freeBytes / 1e9).toFixed(1)} GB free`
  if (freeBytes >= LITTLE_BYTES) return { name, result: 'ok', found }
  const result = freeBytes < TOO_LITTLE_BYTES ? 'fail' : 'warn'
  return { name, result, found, advice: 'Make room on the disk of the data folder, or move it with --data' }
}
