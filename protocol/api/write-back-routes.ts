import { z } from 'zod'
import { idParams, Nothing, numberParam, page, pageParams } from '../asset-query.ts'
import { CurationField } from '../curation.ts'
import { AssetIds, EditAnswer, WriteBackState, WriteBackView } from '../edits.ts'
import { LibraryId } from '../ids.ts'
import type { RouteContract } from './route-contract.ts'

const WhichWriteBacks = z.strictObject({ assetIds: AssetIds.optional(), libraryId: LibraryId.optional() })

/** How far what people said has come into the sidecars. */
export const writeBackRoutes = {
  listWriteBacks: {
    method: 'get',
    path: '/api/write-backs',
    access: 'user',
    summary: 'What people have said and whether it has reached the sidecars; by asset, newest first',
    query: z.object({ state: WriteBackState.optional(), libraryId: numberParam.optional(), ...pageParams }),
    answer: page(WriteBackView),
  },
  countWriteBacks: {
    method: 'get',
    path: '/api/write-backs/summary',
    access: 'user',
    summary: 'How many write-backs are in each state',
    query: z.object({ libraryId: numberParam.optional() }),
    answer: z.object({ states: z.partialRecord(WriteBackState, z.int()) }),
  },
  approveWriteBacks: {
    method: 'post',
    path: '/api/write-backs/approve',
    access: 'admin',
    summary: 'Let what waits for approval be written: these assets, a library, or all',
    body: WhichWriteBacks,
    answer: z.object({ writeBacks: z.int() }),
  },
  retryWriteBacks: {
    method: 'post',
    path: '/api/write-backs/retry',
    access: 'admin',
    summary: 'Try again what failed or was kept here: these assets, a library, or all',
    body: WhichWriteBacks,
    answer: z.object({ writeBacks: z.int() }),
  },
  retryWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/retry',
    access: 'admin',
    summary: 'Try the write-back of one asset again',
    params: idParams,
    answer: Nothing,
  },
  resolveWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/resolve',
    access: 'user',
    summary: 'Decide a conflict: ours over theirs, theirs instead of ours, or field by field',
    params: idParams,
    body: z.strictObject({
      /** Of the write-back as it was shown to whoever decides. */
      conflictVersion: z.string().max(128),
      choice: z.enum(['mine', 'theirs']),
      fields: z.partialRecord(CurationField, z.enum(['mine', 'theirs'])).default({}),
    }),
    answer: EditAnswer,
  },
  undoWriteBack: {
    method: 'post',
    path: '/api/write-backs/:id/undo',
    access: 'admin',
    summary: 'Put the version of a sidecar back that lay there before ours; the words stay in Hearth',
    params: idParams,
    answer: Nothing,
  },
} as const satisfies Record<string, RouteContract>
