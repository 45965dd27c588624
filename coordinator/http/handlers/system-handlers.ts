import { sql } from 'kysely'
import { AppError } from '../../../protocol/errors.ts'
import type { Database } from '../../db/database.ts'
import type { Handlers } from '../handler.ts'
import type { Metrics } from '../metrics.ts'
import { createOpenApi } from '../open-api.ts'

type Names = 'getHealth' | 'getReady' | 'getMetrics' | 'getOpenApi'

export function systemHandlers(
  dependencies: { db: Database; version: string },
  metrics: Metrics,
): Pick<Handlers, Names> {
  const { db, version } = dependencies
  let openApi: object | undefined
  return {
    getHealth: async () => ({ status: 'ok', version }),
    getReady: async () => {
      try {
        await sql`select 1`.execute(db)
      } catch (cause) {
        throw new AppError('unavailable', 'The database does not answer; it may still be starting', { cause })
      }
      return { status: 'ready' }
    },
    getMetrics: async ({ context }) => {
      const text = await metrics.read(db)
      context.set('content-type', metrics.contentType)
      return text
    },
    getOpenApi: async () => {
      openApi ??= createOpenApi(version)
      return openApi
    },
  }
}
