import { constants } from 'node:fs'
import { access, cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testEnvironment } from '../../../config/test-environment.ts'
import { openDatabase } from '../database.ts'
import { migrate } from '../migrate.ts'
import { EmbeddedProcess } from './embedded-process.ts'
import type { FreshDatabase } from './fresh-database.ts'
import { migrationsHash } from './migrations-hash.ts'

let template: Promise<string> | undefined

/** Puts an empty database, migrated, where none is: an engine takes seconds of processor time to make one. */
export async function placeEmptyDatabase(pgdata: string): Promise<void> {
  template ??= requireTemplate()
  await copyDatabase(await template, pgdata)
}

export async function freshEmbeddedDatabase(): Promise<FreshDatabase> {
  const folder = await shortFolder()
  await placeEmptyDatabase(join(folder, 'pgdata'))
  return startIn(folder)
}

export async function bareEmbeddedDatabase(): Promise<FreshDatabase> {
  return startIn(await shortFolder())
}

/** Short: the path of a Unix socket has at most 107 bytes. */
export function shortFolder(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'hearth-db-'))
}

async function startIn(folder: string): Promise<FreshDatabase> {
  const server = await EmbeddedProcess.start(folder)
  const db = openDatabase(server.address)
  return {
    db,
    address: server.address,
    [Symbol.asyncDispose]: async () => {
      await db.destroy()
      await server.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** A migrated `pgdata` in the cache: making one takes seconds, copying it a fraction of one. */
async function requireTemplate(): Promise<string> {
  const path = join(testEnvironment.cacheFolder, `embedded-${migrationsHash()}`)
  if (await exists(path)) return path
  const folder = await shortFolder()
  const server = await EmbeddedProcess.start(folder)
  const db = openDatabase(server.address)
  await migrate(db)
  await db.destroy()
  await server.stop()
  await mkdir(testEnvironment.cacheFolder, { recursive: true })
  const draft = await mkdtemp(`${path}-draft-`)
  await copyDatabase(join(folder, 'pgdata'), draft)
  await rm(folder, { recursive: true, force: true })
  try {
    await rename(draft, path)
  } catch (error) {
    await rm(draft, { recursive: true, force: true })
    // Another worker was faster: its template is as good.
    if (!(await exists(path))) throw error
  }
  return path
}

function copyDatabase(from: string, to: string): Promise<void> {
  return cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE })
}

async function exists(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
