import { readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { syncFile } from '../embedded/sync-path.ts'

/** How the last backups of a data folder went; beside them as `status.json`. */
export const BackupStatus = z.object({
  lastSuccess: z
    .object({
      at: z.iso.datetime(),
      kind: z.enum(['daily', 'manual', 'before-upgrade', 'before-move']),
      path: z.string(),
      sizeBytes: z.int(),
      rows: z.int(),
      seconds: z.number(),
    })
    .nullable(),
  /** Null after a success. `count`: failures since the last success. */
  lastFailure: z.object({ at: z.iso.datetime(), message: z.string(), count: z.int().positive() }).nullable(),
})
export type BackupStatus = z.infer<typeof BackupStatus>

const none: BackupStatus = { lastSuccess: null, lastFailure: null }
const statusPath = (backupsFolder: string) => join(backupsFolder, 'status.json')

/** Nothing known when there is no such file, or none that can be read: the next backup writes it anew. */
export async function readBackupStatus(backupsFolder: string): Promise<BackupStatus> {
  try {
    return BackupStatus.parse(JSON.parse(await readFile(statusPath(backupsFolder), 'utf8')))
  } catch {
    return none
  }
}

export async function writeBackupStatus(backupsFolder: string, status: BackupStatus): Promise<void> {
  const path = statusPath(backupsFolder)
  const draft = `${path}.partial`
  await rm(draft, { force: true })
  await writeFile(draft, `${JSON.stringify(status, null, 2)}\n`, { mode: 0o600 })
  syncFile(draft)
  await rename(draft, path)
}
