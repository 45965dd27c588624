import { z } from 'zod'
import { EmbeddedConfig } from '../../../config/embedded-config.ts'
import { loadConfig } from '../../../config/load-config.ts'
import { type DatabaseAddress, openDatabase } from '../../../coordinator/db/database.ts'
import { migrate } from '../../../coordinator/db/migrate.ts'

/** What a coordinator does to its database before anything else; says when it begins and when it has ended. */
const config = loadConfig(
  z.object({
    database: z.union([z.object({ url: z.string() }), EmbeddedConfig.pick({ socketFolder: true })]),
  }),
)
const db = openDatabase(config.database as DatabaseAddress)
await db.selectNoFrom((eb) => eb.lit(1).as('one')).execute()
process.send?.('begins')
await migrate(db)
process.send?.('ended')
await db.destroy()
process.disconnect?.()
