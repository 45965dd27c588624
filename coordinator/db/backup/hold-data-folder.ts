import { existsSync } from 'node:fs'
import { AppError } from '../../../protocol/errors.ts'
import { type FolderLock, lockFolder } from '../embedded/folder-lock.ts'
import { dataFolder } from './data-folder.ts'

/**
 * Takes a data folder and the embedded database in it for this process, so that no Hearth starts on them.
 *
 * @throws AppError `conflict` naming the holder
 */
export async function holdDataFolder(data: string): Promise<FolderLock> {
  const locks = [await lockFolder(data, 'hearth')]
  const release = () => {
    for (const lock of locks.toReversed()) lock.release()
  }
  try {
    const database = dataFolder.database(data)
    // Without its supervisor it may still be stopping.
    if (existsSync(database)) locks.push(await lockFolder(database, 'database'))
  } catch (error) {
    release()
    throw error
  }
  return { release }
}

/** The same, or undefined while a Hearth has it. */
export async function tryHoldDataFolder(data: string): Promise<FolderLock | undefined> {
  try {
    return await holdDataFolder(data)
  } catch (error) {
    if (error instanceof AppError && error.code === 'conflict') return undefined
    throw error
  }
}
