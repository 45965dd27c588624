import { existsSync } from 'node:fs'
import type { BackupStatus } from '../../../coordinator/db/backup/backup-status.ts'
import { readBackupStatus } from '../../../coordinator/db/backup/backup-status.ts'
import { dataFolder } from '../../../coordinator/db/backup/data-folder.ts'
import { describeAge } from '../../command/describe-time.ts'
import type { Check, Finding } from '../finding.ts'

const OLD_MS = 3 * 24 * 3_600_000

/** How old the last backup is. Nothing is said where there is no database yet. */
export const checkBackups: Check = async ({ data, databaseUrl }) => {
  if (databaseUrl === undefined && !existsSync(dataFolder.database(data))) return []
  return [backupsFinding(await readBackupStatus(dataFolder.backups(data)), new Date())]
}

export function backupsFinding({ lastSuccess, lastFailure }: BackupStatus, now: Date): Finding {
  const name = 'backups'
  const advice = 'hearth backup makes one now; npm start makes one each day'
  if (lastFailure !== null) {
    return { name, result: 'fail', found: `the last try failed: ${lastFailure.message}`, advice }
  }
  if (lastSuccess === null) return { name, result: 'warn', found: 'there is none', advice }
  const found = `made ${describeAge(lastSuccess.at, now)}`
  const isOld = now.getTime() - Date.parse(lastSuccess.at) > OLD_MS
  return isOld ? { name, result: 'warn', found, advice } : { name, result: 'ok', found }
}
