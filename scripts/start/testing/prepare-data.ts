import { mkdirSync } from 'node:fs'
import { dataFolder, pgdataOf } from '../../../coordinator/db/backup/data-folder.ts'
import { placeEmptyDatabase } from '../../../coordinator/db/testing/embedded-database.ts'

/**
 * A data folder whose embedded database has been made already, and nothing else: for tests that are not about the
 * very first start.
 *
 * @returns the folder
 */
export async function prepareData(folder: string): Promise<string> {
  const database = dataFolder.database(folder)
  mkdirSync(database, { recursive: true, mode: 0o700 })
  await placeEmptyDatabase(pgdataOf(database))
  return folder
}
