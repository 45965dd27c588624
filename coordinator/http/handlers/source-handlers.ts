import { AppError } from '../../../protocol/errors.ts'
import type { Database } from '../../db/database.ts'
import type { JobTypes } from '../../jobs/job-type.ts'
import type { DerivedStore } from '../../media/derived-store.ts'
import { findDerivedOfFile } from '../../media/find-derived.ts'
import { requireOriginalFile } from '../../media/find-original.ts'
import { refuseLostDerived } from '../../media/refuse-lost-derived.ts'
import type { Transfers } from '../../media/transfers.ts'
import { requireInputFile } from '../../sources/require-input-file.ts'
import type { Handlers } from '../handler.ts'
import { sendDerived } from '../send-derived.ts'
import { sendOriginal } from '../send-original.ts'

type Names = 'getJobOriginal' | 'getJobPreview' | 'getSample'

type Dependencies = { db: Database; types: JobTypes; derivedStore: DerivedStore; transfers: Transfers }

/** What agents read of files that are not their own. */
export function sourceHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, types, derivedStore, transfers } = dependencies
  return {
    getJobOriginal: async ({ params, query, caller, context }) => {
      const job = { jobId: params.id, fencingToken: query.token }
      await requireInputFile(db, types, caller.agentId, job, params.fileId)
      await sendOriginal(context, transfers, await requireOriginalFile(db, params.fileId), false)
      return undefined
    },
    getJobPreview: async ({ params, query, caller, context }) => {
      const job = { jobId: params.id, fencingToken: query.token }
      await requireInputFile(db, types, caller.agentId, job, params.fileId)
      const preview = await findDerivedOfFile(db, params.fileId, query.size)
      if (!preview) throw new AppError('not_found', `File ${params.fileId} has no preview, or not yet`)
      if (!(await sendDerived(context, derivedStore, preview, false)))
        await refuseLostDerived(db, params.fileId)
      return undefined
    },
    getSample: async ({ params, context }) => {
      const sample = await db
        .selectFrom('source_sample')
        .select('file_id')
        .where('library_id', '=', params.libraryId)
        .executeTakeFirst()
      if (!sample) throw new AppError('not_found', `Library ${params.libraryId} has no sample yet`)
      await sendOriginal(context, transfers, await requireOriginalFile(db, sample.file_id), false)
      return undefined
    },
  }
}
