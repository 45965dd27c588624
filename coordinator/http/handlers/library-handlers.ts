import { AppError } from '../../../protocol/errors.ts'
import { setPolicy } from '../../curation/set-policy.ts'
import type { Database } from '../../db/database.ts'
import { transact } from '../../db/transact.ts'
import { createLibrary } from '../../fleet/create-library.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import { listLibraries, requireLibrary } from '../../fleet/library-views.ts'
import { listProblems, listScans, listSkipped } from '../../fleet/scan-views.ts'
import { enqueueScan } from '../../intake/enqueue-scan.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'listLibraries'
  | 'createLibrary'
  | 'updateLibrary'
  | 'scanLibrary'
  | 'listScans'
  | 'listSkipped'
  | 'listProblems'

type Dependencies = {
  db: Database
  fleet: FleetLink
  onChange: (what: 'jobs' | 'libraries') => void
}

export function libraryHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, fleet, onChange } = dependencies
  const scan = async (libraryId: number, acceptMissing: boolean): Promise<number> => {
    const jobId = await enqueueScan(db, libraryId, { acceptMissing })
    fleet.hintWork()
    onChange('jobs')
    return jobId
  }
  return {
    listLibraries: async () => ({ items: await listLibraries(db) }),
    createLibrary: async ({ body }) => {
      const libraryId = await createLibrary(db, body)
      await scan(libraryId, false)
      onChange('libraries')
      return await requireLibrary(db, libraryId)
    },
    updateLibrary: async ({ params, body }) => {
      await requireLibrary(db, params.id)
      const { paused, writeBack } = body
      await transact(db, { durable: true }, async (tx) => {
        if (paused !== undefined)
          await tx.updateTable('library').set({ paused }).where('id', '=', params.id).execute()
        if (writeBack) await setPolicy(tx, params.id, writeBack)
      })
      fleet.hintWork()
      onChange('libraries')
      onChange('jobs')
      return await requireLibrary(db, params.id)
    },
    scanLibrary: async ({ params, body }) => {
      const library = await requireLibrary(db, params.id)
      if (body.acceptMissing && library.state !== 'held' && library.state !== 'offline') {
        throw new AppError(
          'conflict',
          `No scan of “${library.name}” waits for a decision, so there is nothing to accept; scan it without accepting`,
        )
      }
      return { jobId: await scan(params.id, body.acceptMissing) }
    },
    listScans: ({ params, query }) => listScans(db, params.id, query),
    listSkipped: ({ params, query }) => listSkipped(db, params.id, query),
    listProblems: ({ query }) => listProblems(db, query),
  }
}
