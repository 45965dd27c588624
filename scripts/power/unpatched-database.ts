import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { PGlite } from '@electric-sql/pglite'
import { EmbeddedConfig } from '../../config/embedded-config.ts'
import { loadConfig } from '../../config/load-config.ts'
import { createProcessLog } from '../../config/process-log.ts'
import { runProcess } from '../../config/run-process.ts'
import { extensions } from '../../coordinator/db/embedded/open-engine.ts'
import { WireServer } from '../../coordinator/db/embedded/wire-server.ts'

/** PGlite as it comes, behind our wire server: what the simulator must find wanting. */
const config = loadConfig(EmbeddedConfig)
const log = createProcessLog('unpatched', config.logLevel)

await runProcess(log, async (closers) => {
  mkdirSync(config.folder, { recursive: true })
  const database = await PGlite.create({ dataDir: join(config.folder, 'pgdata'), extensions })
  closers.push(() => database.close())
  const server = new WireServer(database, () => process.exit(1))
  await server.listen(join(config.socketFolder, '.s.PGSQL.5432'))
  closers.push(() => server.close())
})
