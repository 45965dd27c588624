import { mkdtemp, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { AppError } from '../../../protocol/errors.ts'
import { syncFile } from '../embedded/sync-path.ts'
import { backupName } from './backup-name.ts'
import { checkBackup, readBackupHeader } from './check-backup.ts'
import { readControlFile } from './control-file.ts'
import { copyStoppedFolder } from './copy-data-files.ts'
import { dataFolder, pgdataOf } from './data-folder.ts'
import { readMajor } from './engine-major.ts'
import type { Engine } from './engines.ts'
import { requireSpace, sizeOfTree } from './free-space.ts'
import { listBackups } from './list-backups.ts'
import { lockBackups, PARTIAL, SCRATCH } from './lock-backups.ts'
import type { OnProgress } from './progress.ts'
import { restoreBackup } from './restore-backup.ts'
import { writeBackup } from './write-backup.ts'

export type UpgradeReport = {
  from: number
  to: number
  /** Where the folder of the version before is now; null when there was nothing to do. */
  kept: string | null
}

/**
 * Brings an embedded database to the engine's major version of Postgres, which cannot open the folder of
 * another one: everything goes through a backup into a new folder, and the old one is kept.
 *
 * The backup is written now by an engine of the old version if there is one. Otherwise one that was made of
 * this very folder, after it was stopped, will do: it holds all that is in it. The data folder must be held.
 *
 * @throws AppError `version_unsupported` with what to do when there is neither; nothing is touched then
 */
export async function upgradeEmbedded(options: {
  data: string
  current: Engine
  older: readonly Engine[]
  onProgress: OnProgress
}): Promise<UpgradeReport> {
  const { data, current, older, onProgress } = options
  const from = (await readMajor(data)) ?? current.major
  if (from === current.major) return { from, to: from, kept: null }
  if (from > current.major) {
    throw new AppError(
      'version_unsupported',
      `The embedded database in ${dataFolder.database(data)} is of Postgres ${from} and this Hearth has ${current.major}: start the newer Hearth that made it`,
    )
  }
  const engine = older.find(({ major }) => major === from)
  const path = engine ? await dumpWith(engine, data, onProgress) : await findWholeBackup(data)
  if (!path) {
    throw new AppError(
      'version_unsupported',
      `The embedded database in ${dataFolder.database(data)} is of Postgres ${from}, which this Hearth (${current.major}) cannot open: start the Hearth from before once more, stop it, let it make a backup (hearth backup), and then start this one`,
    )
  }
  const { kept } = await restoreBackup({
    path,
    into: { data, isHeld: true },
    replace: true,
    migrateOn: false,
    onProgress,
  })
  return { from, to: current.major, kept }
}

/** Of a copy: opening a folder changes it, and the old one stays as it is. */
async function dumpWith(engine: Engine, data: string, onProgress: OnProgress): Promise<string> {
  const pgdata = pgdataOf(dataFolder.database(data))
  const backups = dataFolder.backups(data)
  const path = join(backups, backupName('before-upgrade', new Date()))
  const partial = `${path}${PARTIAL}`
  const lock = await lockBackups(backups)
  const scratch = await mkdtemp(join(backups, SCRATCH))
  try {
    await requireSpace(backups, await sizeOfTree(pgdata))
    onProgress({ step: 'copy' })
    await copyStoppedFolder(pgdata, pgdataOf(scratch))
    const session = await engine.open(pgdataOf(scratch))
    try {
      const postgres = String(engine.major)
      await writeBackup(session, partial, { engine: 'embedded', postgres, stoppedAt: null }, onProgress)
    } finally {
      await session.close()
    }
    await checkBackup(partial, onProgress)
    syncFile(partial)
    await rename(partial, path)
    return path
  } finally {
    await rm(scratch, { recursive: true, force: true })
    lock.release()
  }
}

/** A backup of this folder as it is now, since it was stopped. */
async function findWholeBackup(data: string): Promise<string | undefined> {
  const { stopped, systemIdentifier, checkpoint } = await readControlFile(pgdataOf(dataFolder.database(data)))
  if (!stopped) return undefined
  for (const { name } of (await listBackups(dataFolder.backups(data))).toReversed()) {
    const path = join(dataFolder.backups(data), name)
    const source = await readBackupHeader(path).then(
      (header) => header.source,
      () => undefined,
    )
    if (
      source?.stoppedAt?.systemIdentifier === systemIdentifier &&
      source?.stoppedAt.checkpoint === checkpoint
    ) {
      return path
    }
  }
  return undefined
}
