import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { dataFolder, pgdataOf } from './data-folder.ts'

/** The major version of Postgres that the installed PGlite is built from; a test holds it true. */
export const ENGINE_MAJOR = 18

/** Of the embedded database in a data folder; undefined when there is none. */
export async function readMajor(data: string): Promise<number | undefined> {
  const path = join(pgdataOf(dataFolder.database(data)), 'PG_VERSION')
  return existsSync(path) ? Number.parseInt(await readFile(path, 'utf8'), 10) : undefined
}
