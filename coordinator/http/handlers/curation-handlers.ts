import { chooseCover } from '../../curation/choose-cover.ts'
import { editAssets } from '../../curation/edit-assets.ts'
import { listAssetHistory, listEdits } from '../../curation/list-edits.ts'
import { resolveConflict } from '../../curation/resolve-conflict.ts'
import {
  approveWriteBacks,
  retryWriteBack,
  retryWriteBacks,
  undoWriteBack,
} from '../../curation/steer-write-backs.ts'
import { undoEdit } from '../../curation/undo-edit.ts'
import { countWriteBacks, listWriteBacks } from '../../curation/write-back-views.ts'
import type { Database } from '../../db/database.ts'
import type { FleetLink } from '../../fleet/fleet-link.ts'
import type { Handlers } from '../handler.ts'

type Names =
  | 'editAsset'
  | 'editAssets'
  | 'getAssetHistory'
  | 'setCover'
  | 'listEdits'
  | 'undoEdit'
  | 'listWriteBacks'
  | 'countWriteBacks'
  | 'approveWriteBacks'
  | 'retryWriteBacks'
  | 'retryWriteBack'
  | 'resolveWriteBack'
  | 'undoWriteBack'

type Dependencies = { db: Database; fleet: FleetLink; onChange: (what: 'jobs') => void }

/** Edits, their history, and their way to the sidecars. */
export function curationHandlers({ db, fleet, onChange }: Dependencies): Pick<Handlers, Names> {
  const queued = async <T>(work: Promise<T>): Promise<T> => {
    const answer = await work
    fleet.hintWork()
    onChange('jobs')
    return answer
  }
  return {
    editAsset: ({ params, body: { edit, ifRevision }, caller }) =>
      queued(editAssets(db, { assetIds: [params.id] }, edit, { accountId: caller.id, ifRevision })),
    editAssets: ({ body, caller }) => queued(editAssets(db, body, body.edit, { accountId: caller.id })),
    getAssetHistory: ({ params, query }) => listAssetHistory(db, params.id, query),
    setCover: async ({ params, body }) => {
      await chooseCover(db, params.id, body.fileId)
      return {}
    },
    listEdits: ({ query: { mine, ...page }, caller }) =>
      listEdits(db, { ...page, accountId: mine ? caller.id : undefined }),
    undoEdit: ({ params, caller }) => queued(undoEdit(db, params.id, caller.id)),
    listWriteBacks: ({ query }) => listWriteBacks(db, query),
    countWriteBacks: async ({ query }) => ({ states: await countWriteBacks(db, query.libraryId) }),
    approveWriteBacks: async ({ body, caller }) => ({
      writeBacks: await queued(approveWriteBacks(db, body, caller.id)),
    }),
    retryWriteBacks: async ({ body, caller }) => ({
      writeBacks: await queued(retryWriteBacks(db, body, caller.id)),
    }),
    retryWriteBack: async ({ params, caller }) => {
      await queued(retryWriteBack(db, params.id, caller.id))
      return {}
    },
    resolveWriteBack: ({ params, body, caller }) =>
      queued(resolveConflict(db, params.id, { ...body, accountId: caller.id })),
    undoWriteBack: async ({ params, caller }) => {
      await queued(undoWriteBack(db, params.id, caller.id))
      return {}
    },
  }
}
