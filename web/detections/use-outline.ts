import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { callApi } from '../api/call-api.ts'
import { isWaking, isWorthWaiting } from '../api/query-client.ts'
import { isEmpty, type PromptDraft } from './prompt-draft.ts'

/**
 * What lies under the points and the box. A question that is no longer asked is called off; one that was asked
 * before needs nobody. While a machine is woken to answer, it is asked again by itself.
 */
export function useOutline(assetId: number, draft: PromptDraft) {
  const isAsked = !isEmpty(draft)
  const answer = useQuery({
    queryKey: ['outline', assetId, draft],
    queryFn: ({ signal }) =>
      callApi('segmentAsset', {
        params: { id: assetId },
        body: { points: [...draft.points], box: draft.box },
        signal,
      }),
    enabled: isAsked,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    retry: isWorthWaiting,
    refetchOnWindowFocus: false,
    placeholderData: keepPreviousData,
  })
  return {
    found: isAsked ? (answer.data ?? null) : null,
    isThinking: isAsked && answer.isFetching,
    /** Who is woken to answer, in the server's words; null: nobody has to be. */
    waking: isAsked && answer.isFetching && isWaking(answer.failureReason) ? answer.failureReason : null,
    error: isAsked ? answer.error : null,
    askAgain: answer.refetch,
  }
}
