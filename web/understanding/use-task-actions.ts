import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { TaskView } from '../../protocol/detections.ts'
import { callApi } from '../api/call-api.ts'
import { modelsQuery } from '../api/queries.ts'
import { RESULTS_KEY } from '../api/results-query.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import { taskWords } from './task-words.ts'

/** What an administrator may do for a task. */
export function useTaskActions({ task }: Pick<TaskView, 'task'>) {
  const queryClient = useQueryClient()
  const { title } = taskWords[task]
  const onQueued = ({ queued }: { queued: number }) => {
    sayDone(
      queued === 0 ? 'There is nothing to look at.' : `${countOf(queued, 'picture')} will be looked at.`,
    )
    // Answers of another model, or of more pictures, are others.
    void queryClient.invalidateQueries({ queryKey: RESULTS_KEY })
    return queryClient.invalidateQueries({ queryKey: modelsQuery.queryKey })
  }
  const choose = useMutation({
    mutationFn: (key: string | null) => callApi('chooseModel', { params: { task }, body: { key } }),
    onSuccess: onQueued,
    onError: sayError(`${title}: the model was not changed`),
  })
  const run = useMutation({
    mutationFn: (which: 'missing' | 'all') => callApi('runModel', { params: { task }, body: { which } }),
    onSuccess: onQueued,
    onError: sayError(`${title}: nothing was started`),
  })
  return { choose, run }
}
