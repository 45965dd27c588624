import { join } from 'node:path'
import { type Database, type DatabaseAddress, openDatabase } from '../../../coordinator/db/database.ts'
import { migrate } from '../../../coordinator/db/migrate.ts'
import { type Engine, freshDatabase } from '../../../coordinator/db/testing/fresh-database.ts'
import { installAudit } from './audit.ts'
import { RigProcess } from './rig-process.ts'

/** The database of a rig: migrated and audited. `process` is that of the embedded one, to be killed. */
export type RigDatabase = AsyncDisposable & {
  db: Database
  address: DatabaseAddress
  process: RigProcess | undefined
}

/** @param folder short, because it holds a Unix socket */
export function openRigDatabase(engine: Engine, folder: string): Promise<RigDatabase> {
  return engine === 'server' ? onServer() : onEmbedded(folder)
}

async function onServer(): Promise<RigDatabase> {
  const fresh = await freshDatabase('server')
  await installAudit(fresh.db)
  return { ...fresh, process: undefined }
}

async function onEmbedded(folder: string): Promise<RigDatabase> {
  const address = { socketFolder: folder }
  const process = new RigProcess({
    name: 'database',
    script: 'coordinator/db/embedded/main.ts',
    config: () => ({ folder: join(folder, 'database'), ...address, logLevel: 'info' }),
  })
  await process.start()
  const db = openDatabase(address)
  await migrate(db)
  await installAudit(db)
  return {
    db,
    address,
    process,
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await process.kill()
    },
  }
}
