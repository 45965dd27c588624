import { existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { AppError } from '../../../protocol/errors.ts'
import { syncFolder, syncTree } from '../embedded/sync-path.ts'
import { dataFolder } from './data-folder.ts'

const making = (data: string) => `${dataFolder.database(data)}.making`
const finished = (data: string) => `${dataFolder.database(data)}.new`

/**
 * Makes a new embedded database beside the one of a data folder, and puts it in its place when it is whole and
 * on disk. The one before it is kept under another name. The data folder must be held.
 *
 * Killed at any moment, either the old or the new one is there after `finishPlacing`, whole.
 *
 * @param build makes the folder it is given, and closes it
 * @returns where the one before is now; null when there was none
 */
export async function placeDatabase(
  data: string,
  build: (folder: string) => Promise<void>,
): Promise<string | null> {
  for (const leftOver of [making(data), finished(data)]) await rm(leftOver, { recursive: true, force: true })
  try {
    await build(making(data))
  } catch (error) {
    await rm(making(data), { recursive: true, force: true })
    throw error
  }
  syncTree(making(data))
  await rename(making(data), finished(data))
  const kept = existsSync(dataFolder.database(data)) ? await putAside(data) : null
  await finishPlacing(data)
  return kept
}

/** Ends what a killed `placeDatabase` was at: after the old one was put aside, the new one takes its place. */
export async function finishPlacing(data: string): Promise<void> {
  if (existsSync(dataFolder.database(data)) || !existsSync(finished(data))) return
  await rename(finished(data), dataFolder.database(data))
  syncFolder(data)
}

/** Keeps the database of a data folder under a name that nothing uses. */
export async function putAside(data: string): Promise<string> {
  const day = new Date().toISOString().slice(0, 19).replaceAll(':', '-')
  const kept = `${dataFolder.database(data)}.old-${day}`
  if (existsSync(kept)) throw new AppError('conflict', `${kept} exists already: try again in a second`)
  await rename(dataFolder.database(data), kept)
  syncFolder(data)
  return kept
}
