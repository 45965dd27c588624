import { readdir } from 'node:fs/promises'
import { type NamedBackup, parseBackupName } from './backup-name.ts'

/** Those in a folder that are whole, oldest first; none when there is no such folder. */
export async function listBackups(backupsFolder: string): Promise<NamedBackup[]> {
  const names = await readdir(backupsFolder).catch(() => [])
  return names.sort().flatMap((name) => parseBackupName(name) ?? [])
}
