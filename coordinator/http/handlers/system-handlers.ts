import type { Database } from '../../db/database.ts'
import type { DatabaseWatch } from '../../db/watch/database-watch.ts'
import type { Handlers } from '../handler.ts'
import type { Metrics } from '../metrics.ts'
import { createOpenApi } from '../open-api.ts'

type Names = 'getHealth' | 'getReady' | 'getMetrics' | 'getDatabase' | 'getOpenApi'

/** Whoever asks whether this process is ready, mostly a proxy or a supervisor, waits no longer. */
const READY_LIMIT_MS = 5_000

export function systemHandlers(
  dependencies: { db: Database; watch: DatabaseWatch; version: string },
  metrics: Metrics,
): Pick<Handlers, Names> {
  const { db, watch, version } = dependencies
  let openApi: object | undefined
  return {
    getHealth: async () => ({ status: 'ok', version }),
    getReady: async () => {
      await watch.requireAnswer(READY_LIMIT_MS)
      return { status: 'ready' }
    },
    getMetrics: async ({ context }) => {
      const text = await metrics.read(db, watch)
      context.set('content-type', metrics.contentType)
      return text
    },
    getDatabase: async ({ caller }) => {
      const view = await watch.readView()
      return caller.role === 'admin' ? view : { ...view, advice: [], facts: null }
    },
    getOpenApi: async () => {
      openApi ??= createOpenApi(version)
      return openApi
    },
  }
}
