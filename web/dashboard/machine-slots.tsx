import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { OfferedCapability } from '../../protocol/capability.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { capabilityWords } from '../ui/job-words.ts'
import { sayError } from '../ui/say-error.ts'
import { Stepper } from '../ui/stepper.tsx'
import styles from './dashboard.module.css'

/** What a machine offers, and how many jobs of each it runs at once. */
export function MachineSlots({ agent }: { agent: AgentView }) {
  return (
    <ul className={styles.slots} aria-label={`What ${agent.name} does, and how many at once`}>
      {agent.capabilities.map((offer) => (
        <Slot key={offer.capability} agent={agent} offer={offer} />
      ))}
    </ul>
  )
}

function Slot({ agent, offer }: { agent: AgentView; offer: OfferedCapability }) {
  const isAdmin = useIsAdmin()
  const { count, setCount } = useConcurrency(agent, offer)
  const { capability, concurrency: offered } = offer
  return (
    <li>
      <span>{capabilityWords[capability]}</span>
      <span className={styles.slot}>
        {offered === 1 && 'one at once'}
        {offered > 1 && !isAdmin && `${count} of ${offered} at once`}
        {offered > 1 && isAdmin && (
          <>
            <Stepper
              label={`Jobs at once: ${capabilityWords[capability]} on ${agent.name}`}
              value={count}
              min={1}
              max={offered}
              onChange={setCount}
            />
            of {offered}
          </>
        )}
      </span>
    </li>
  )
}

/**
 * How many jobs of a capability a machine runs at once; a change that is on its way already shows. Changes of one
 * machine go out one after the other, each with what the one before has left.
 */
function useConcurrency(agent: AgentView, { capability, concurrency: offered }: OfferedCapability) {
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: (count: number) => {
      const agents = queryClient.getQueryData(agentsQuery.queryKey)?.items
      const known = agents?.find(({ id }) => id === agent.id)?.settings.concurrency
      const body = { concurrency: { ...known, [capability]: count } }
      return callApi('updateAgent', { params: { id: agent.id }, body })
    },
    scope: { id: `agent ${agent.id}` },
    onSuccess: (answer) =>
      queryClient.setQueryData(
        agentsQuery.queryKey,
        (before) => before && { items: before.items.map((each) => (each.id === answer.id ? answer : each)) },
      ),
    onError: sayError(`“${agent.name}” could not be changed`),
  })
  const known = Math.min(agent.settings.concurrency[capability] ?? offered, offered)
  return { count: change.isPending ? change.variables : known, setCount: change.mutate }
}
