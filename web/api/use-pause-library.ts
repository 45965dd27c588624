import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { LibraryView } from '../../protocol/fleet.ts'
import { sayError } from '../ui/say-error.ts'
import { callApi } from './call-api.ts'
import { librariesQuery } from './queries.ts'

/** Lets the work of a library rest or go on; `isPaused` already shows a change that is on its way. */
export function usePauseLibrary(library: LibraryView) {
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: (paused: boolean) =>
      callApi('updateLibrary', { params: { id: library.id }, body: { paused } }),
    onSuccess: (answer) =>
      queryClient.setQueryData(
        librariesQuery.queryKey,
        (before) => before && { items: before.items.map((each) => (each.id === answer.id ? answer : each)) },
      ),
    onError: sayError(`“${library.name}” could not be changed`),
  })
  return { isPaused: change.isPending ? change.variables : library.paused, setPaused: change.mutate }
}
