import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { jobSummaryQuery } from '../api/queries.ts'
import { jobKindWords } from '../ui/job-words.ts'
import { sayError } from '../ui/say-error.ts'

export type KindChange = Partial<Pick<JobKindSummary, 'paused' | 'maxRunning'>>

/**
 * Pauses or limits a kind of work. While a change is on its way `kind` already shows it; when it is refused,
 * `kind` is again what the server says.
 */
export function useUpdateKind(known: JobKindSummary) {
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: (body: KindChange) => callApi('updateJobKind', { params: { kind: known.kind }, body }),
    scope: { id: `kind ${known.kind}` },
    onSuccess: (answer) =>
      queryClient.setQueryData(
        jobSummaryQuery.queryKey,
        (before) =>
          before && { kinds: before.kinds.map((each) => (each.kind === answer.kind ? answer : each)) },
      ),
    onError: sayError(`“${jobKindWords[known.kind]}” could not be changed`),
  })
  const kind = change.isPending ? { ...known, ...change.variables } : known
  return { kind, update: change.mutate }
}
