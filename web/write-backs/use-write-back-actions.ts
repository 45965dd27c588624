import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { CurationField } from '../../protocol/curation.ts'
import { callApi } from '../api/call-api.ts'
import { assetQuery, WRITE_BACKS_KEY } from '../api/queries.ts'
import { useServices } from '../api/services.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'

export type Choice = 'mine' | 'theirs'
type Which = { assetIds?: number[]; libraryId?: number }

/** Many at once. */
export function useBulkWriteBacks() {
  const refresh = useRefresh()
  const approve = useMutation({
    mutationFn: (body: Which) => callApi('approveWriteBacks', { body }),
    onSuccess: ({ writeBacks }) => {
      sayDone(`${countOf(writeBacks, 'picture')}: will be written.`)
      return refresh()
    },
    onError: sayError('Not approved'),
  })
  const retry = useMutation({
    mutationFn: (body: Which) => callApi('retryWriteBacks', { body }),
    onSuccess: ({ writeBacks }) => {
      sayDone(`${countOf(writeBacks, 'picture')}: tried again.`)
      return refresh()
    },
    onError: sayError('Not tried again'),
  })
  return { approve, retry }
}

/** One picture's. */
export function useWriteBackActions(assetId: number) {
  const refresh = useRefresh()
  const { bucketStore } = useServices()
  const done = async () => {
    bucketStore.invalidate()
    await refresh(assetId)
  }
  const retry = useMutation({
    mutationFn: () => callApi('retryWriteBack', { params: { id: assetId } }),
    onSuccess: done,
    onError: sayError('Not tried again'),
  })
  const undo = useMutation({
    mutationFn: () => callApi('undoWriteBack', { params: { id: assetId } }),
    onSuccess: () => {
      sayDone('The sidecar from before is put back. What was entered stays in Hearth.')
      return done()
    },
    onError: sayError('Not put back'),
  })
  const resolve = useMutation({
    mutationFn: (decision: { conflictVersion: string; fields: Partial<Record<CurationField, Choice>> }) =>
      callApi('resolveWriteBack', { params: { id: assetId }, body: { choice: 'mine', ...decision } }),
    onSuccess: done,
    // Somebody else has decided, or the sidecar has changed again: both sides as they are now.
    onError: (error) => {
      sayError('Not decided')(error)
      return done()
    },
  })
  return { retry, undo, resolve }
}

function useRefresh(): (assetId?: number) => Promise<unknown> {
  const queryClient = useQueryClient()
  return (assetId) =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: WRITE_BACKS_KEY }),
      ...(assetId === undefined
        ? []
        : [queryClient.invalidateQueries({ queryKey: assetQuery(assetId).queryKey })]),
    ])
}
