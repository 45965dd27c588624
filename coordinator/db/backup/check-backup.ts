import type { BackupFooter, BackupHeader } from './backup-format.ts'
import type { OnProgress } from './progress.ts'
import { readBackup } from './read-backup.ts'
import type { CatalogueTable } from './read-catalogue.ts'

export type CheckedBackup = { header: BackupHeader; tables: CatalogueTable[]; footer: BackupFooter }

/**
 * Reads a backup to its end, so that a bad one is refused before anything is touched.
 *
 * @throws AppError as `readBackup`
 */
export async function checkBackup(path: string, onProgress: OnProgress): Promise<CheckedBackup> {
  let header: BackupHeader | undefined
  let footer: BackupFooter | undefined
  const tables: CatalogueTable[] = []
  for await (const part of readBackup(path)) {
    if (part.type === 'header') header = part.header
    else if (part.type === 'table') tables.push(part.table)
    else if (part.type === 'footer') footer = part.footer
    else onProgress({ step: 'check', table: part.table.name })
  }
  // `readBackup` ends without an error only after both.
  return { header: header!, tables, footer: footer! }
}

/** Only its first line: which schema, made when, of what. */
export async function readBackupHeader(path: string): Promise<BackupHeader> {
  for await (const part of readBackup(path)) {
    if (part.type === 'header') return part.header
  }
  throw new RangeError('A backup without a header')
}
