import { currentEngine, olderEngines } from '../../coordinator/db/backup/engines.ts'
import { holdDataFolder } from '../../coordinator/db/backup/hold-data-folder.ts'
import type { OnProgress } from '../../coordinator/db/backup/progress.ts'
import { type UpgradeReport, upgradeEmbedded } from '../../coordinator/db/backup/upgrade-embedded.ts'

/** @throws AppError `conflict` while a Hearth runs, and as `upgradeEmbedded` */
export async function upgradeDatabase(data: string, onProgress: OnProgress): Promise<UpgradeReport> {
  const lock = await holdDataFolder(data)
  try {
    return await upgradeEmbedded({ data, current: currentEngine, older: olderEngines, onProgress })
  } finally {
    lock.release()
  }
}
