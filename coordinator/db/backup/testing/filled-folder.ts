import { mkdir } from 'node:fs/promises'
import { openDatabase } from '../../database.ts'
import { migrate } from '../../migrate.ts'
import { shortFolder } from '../../testing/embedded-database.ts'
import { EmbeddedProcess } from '../../testing/embedded-process.ts'
import { dataFolder } from '../data-folder.ts'
import { fillDatabase } from './fill-database.ts'

/** A data folder whose Hearth was stopped in order, with a library in its embedded database. */
export async function filledFolder(): Promise<string> {
  const data = await shortFolder()
  await mkdir(dataFolder.database(data))
  const server = await EmbeddedProcess.start(dataFolder.database(data))
  const db = openDatabase(server.address)
  try {
    await migrate(db)
    await fillDatabase(db)
  } finally {
    await db.destroy()
    await server.stop()
  }
  return data
}
