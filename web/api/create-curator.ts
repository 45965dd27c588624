import { notifications } from '@mantine/notifications'
import type { InfiniteData, QueryClient } from '@tanstack/react-query'
import type { AssetDetail } from '../../protocol/assets.ts'
import type { BulkEdit } from '../../protocol/curation.ts'
import type { EditAnswer } from '../../protocol/edits.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayError } from '../ui/say-error.ts'
import type { BucketStore } from './bucket-store.ts'
import { callApi } from './call-api.ts'
import { Curator } from './curator.ts'
import type { Marks } from './marks.ts'
import { assetHistoryKey, assetQuery, timelineQuery, WRITE_BACKS_KEY } from './queries.ts'
import { RESULTS_KEY, type ResultPage, withChanges } from './results-query.ts'
import type { Selection } from './selection.ts'

/** Joins edits with the pages that show what they change. */
export function createCurator(
  queryClient: QueryClient,
  bucketStore: BucketStore,
  selection: Selection,
): Curator {
  const readAgain = (assetIds: readonly number[]) => {
    for (const id of assetIds.slice(0, 200)) {
      void queryClient.invalidateQueries({ queryKey: assetQuery(id).queryKey })
      void queryClient.invalidateQueries({ queryKey: assetHistoryKey(id) })
    }
    void queryClient.invalidateQueries({ queryKey: WRITE_BACKS_KEY })
  }

  const takeTruth = (
    marks: ReadonlyMap<number, Partial<Marks>>,
    { editId }: EditAnswer,
    fields: readonly string[],
  ) => {
    bucketStore.patch(marks)
    selection.patch(marks)
    queryClient.setQueriesData<InfiniteData<ResultPage>>(
      { queryKey: RESULTS_KEY },
      (results) => results && withChanges(results, marks),
    )
    for (const [id, change] of marks) {
      queryClient.setQueryData<AssetDetail>(assetQuery(id).queryKey, (detail) =>
        detail ? withMarks(detail, change, editId) : undefined,
      )
    }
    readAgain([...marks.keys()])
    // A new time is a new place in the timeline.
    if (fields.some((field) => field === 'captured' || field === 'shiftCapturedSeconds'))
      void queryClient.invalidateQueries({ queryKey: timelineQuery.queryKey })
  }

  return new Curator({
    send: (assetIds, edit, ifRevision) => sendEdit(assetIds, edit, ifRevision),
    undo: (id) => callApi('undoEdit', { params: { id } }),
    onTrue: takeTruth,
    onRefused: (what, assetIds, error) => {
      sayError(`Not saved: ${what}`)(error)
      readAgain(assetIds)
      bucketStore.invalidate()
    },
    onKept: (what, { kept }) => {
      notifications.show({
        title: `Not all of it was taken back: ${what}`,
        message: `${countOf(new Set(kept.map(({ assetId }) => assetId)).size, 'picture')} stayed as ${kept.length === 1 ? 'it is' : 'they are'}, because somebody has edited since.`,
        color: 'yellow',
        autoClose: 10_000,
      })
      readAgain(kept.map(({ assetId }) => assetId))
      bucketStore.invalidate()
    },
  })
}

function sendEdit(
  assetIds: readonly number[],
  edit: BulkEdit,
  ifRevision: number | undefined,
): Promise<EditAnswer> {
  const [id] = assetIds
  const { addKeywords, removeKeywords, shiftCapturedSeconds, ...plain } = edit
  const isPlain = [addKeywords, removeKeywords, shiftCapturedSeconds].every((value) => value === undefined)
  if (assetIds.length === 1 && id !== undefined && isPlain)
    return callApi('editAsset', {
      params: { id },
      body: { edit: plain, ...(ifRevision === undefined ? {} : { ifRevision }) },
    })
  return callApi('editAssets', { body: { assetIds: [...assetIds], edit } })
}

/** An edit's number is the revision that it makes. */
function withMarks(detail: AssetDetail, marks: Partial<Marks>, editId: number | null): AssetDetail {
  const { curation } = detail
  return {
    ...detail,
    ...marks,
    curation: {
      ...curation,
      revision: editId ?? curation.revision,
      values: { ...curation.values, ...marks },
    },
  }
}
