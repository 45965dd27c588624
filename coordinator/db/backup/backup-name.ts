/** Why a backup in the backups folder was made; those of the schedule and before changes are cleared away. */
export type BackupKind = 'daily' | 'manual' | 'before-upgrade' | 'before-move'

export type NamedBackup = { name: string; kind: BackupKind; at: Date }

const pattern =
  /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d)Z-(daily|manual|before-upgrade|before-move)\.hearth\.zst$/

/** `2026-11-21T03-00-00Z-daily.hearth.zst`: sorted by name is sorted by time, and every file system takes it. */
export function backupName(kind: BackupKind, at: Date): string {
  return `${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z-${kind}.hearth.zst`
}

/** Undefined for a file of another name: it is not ours to judge. */
export function parseBackupName(name: string): NamedBackup | undefined {
  const match = pattern.exec(name)
  if (!match) return undefined
  const [, day, hour, minute, second, kind] = match
  const at = new Date(`${day}T${hour}:${minute}:${second}Z`)
  return Number.isNaN(at.getTime()) ? undefined : { name, kind: kind as BackupKind, at }
}
