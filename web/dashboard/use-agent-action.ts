import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AgentView } from '../../protocol/fleet.ts'
import { agentsQuery, POWER_KEY } from '../api/queries.ts'
import { sayError } from '../ui/say-error.ts'

/** Something a person does to a machine; its card and what is known about its sleep follow. */
export function useAgentAction<T>(act: (given: T) => Promise<AgentView>, failed: string) {
  const queryClient = useQueryClient()
  return useMutation({
    mutationFn: act,
    onSuccess: (answer) => {
      queryClient.setQueryData(
        agentsQuery.queryKey,
        (before) => before && { items: before.items.map((each) => (each.id === answer.id ? answer : each)) },
      )
      return queryClient.invalidateQueries({ queryKey: POWER_KEY })
    },
    onError: sayError(failed),
  })
}
