import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import { callApi } from './call-api.ts'
import { failuresQuery, JOBS_KEY, jobSummaryQuery } from './queries.ts'

/** What a person may do to one job; the lists and counts follow. */
export function useJobActions(jobId: number) {
  const refresh = useRefreshJobs()
  const retry = useMutation({
    mutationFn: () => callApi('retryJob', { params: { id: jobId } }),
    onSuccess: refresh,
    onError: sayError('It is not tried again'),
  })
  const cancel = useMutation({
    mutationFn: () => callApi('cancelJob', { params: { id: jobId } }),
    onSuccess: refresh,
    onError: sayError('It was not cancelled'),
  })
  return { retry, cancel }
}

/** Queues all dead jobs of a reason again, or of every reason when none is given. */
export function useRetryDead(reason: { kind?: JobKind; code?: ErrorCode } = {}) {
  const refresh = useRefreshJobs()
  return useMutation({
    mutationFn: () => callApi('retryDeadJobs', { body: reason }),
    onSuccess: ({ jobs }) => {
      sayDone(jobs === 0 ? 'None was left to try again.' : `${countOf(jobs, 'job')} will be tried again.`)
      return refresh()
    },
    onError: sayError('They are not tried again'),
  })
}

function useRefreshJobs(): () => Promise<unknown> {
  const queryClient = useQueryClient()
  return () =>
    Promise.all(
      [JOBS_KEY, failuresQuery.queryKey, jobSummaryQuery.queryKey].map((queryKey) =>
        queryClient.invalidateQueries({ queryKey }),
      ),
    )
}
