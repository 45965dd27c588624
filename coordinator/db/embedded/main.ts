import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pino } from 'pino'
import { EmbeddedConfig } from '../../../config/embedded-config.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { runProcess } from '../../../config/run-process.ts'
import { lockFolder } from './folder-lock.ts'
import { LogSync } from './log-sync.ts'
import { openEngine } from './open-engine.ts'
import { runAlone } from './run-alone.ts'
import { tidyTables } from './tidy-tables.ts'
import { WireServer } from './wire-server.ts'

/** The previous owner may still be writing its last checkpoint. */
const LOCK_WAIT_MS = 20_000
/** The embedded engine runs no checkpoints of its own, and WAL grows until one. */
const CHECKPOINT_INTERVAL_MS = 120_000
const TIDY_INTERVAL_MS = 30_000

/** The embedded database: a Postgres in one process that answers on `SOCKET_FOLDER/.s.PGSQL.5432`. */
const config = loadConfig(EmbeddedConfig)
const log = pino({ name: 'database', level: config.logLevel })

await runProcess(log, async (closers) => {
  mkdirSync(config.folder, { recursive: true, mode: 0o700 })
  const lock = await lockFolder(config.folder, 'database', LOCK_WAIT_MS)
  closers.push(() => lock.release())

  // At once: what was answered may be lost, and what the engine holds in memory cannot be trusted.
  const end = (error: unknown, what: string) => {
    log.fatal({ err: error }, what)
    process.exit(1)
  }
  const logSync = new LogSync((error) => end(error, 'the disk did not take the log; ending'))
  const database = await openEngine(config.folder, { logSync })
  closers.push(() => database.close())

  const server = new WireServer(database, (error) => end(error, 'the database engine broke; ending'), logSync)
  const socketPath = join(config.socketFolder, '.s.PGSQL.5432')
  rmSync(socketPath, { force: true })
  await server.listen(socketPath)
  closers.push(() => server.close())

  const timer = setInterval(() => {
    runAlone(database, 'checkpoint').catch((error) =>
      log.warn({ err: error }, 'checkpoint failed; trying again later'),
    )
  }, CHECKPOINT_INTERVAL_MS)
  closers.push(() => clearInterval(timer))
  const tidying = setInterval(() => {
    tidyTables(database).catch((error) => log.warn({ err: error }, 'vacuum failed; trying again later'))
  }, TIDY_INTERVAL_MS)
  closers.push(() => clearInterval(tidying))
  log.info({ folder: config.folder }, 'database ready')
})
