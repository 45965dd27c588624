import { useQuery } from '@tanstack/react-query'
import { agentsQuery, jobsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import { AddMachine } from './add-machine.tsx'
import styles from './dashboard.module.css'
import { JoinRequests } from './join-requests.tsx'
import { Machine } from './machine.tsx'

/** Running jobs that are asked for to be shown with their machines. */
const RUNNING_SHOWN = 100

/** The computers that work for this library. */
export function Machines() {
  const isAdmin = useIsAdmin()
  const agents = useQuery(agentsQuery)
  const running = useQuery(jobsQuery({ state: 'leased' }, { limit: RUNNING_SHOWN })).data?.items ?? []
  return (
    <Panel title="Machines" aside={isAdmin && <AddMachine />}>
      {isAdmin && <JoinRequests />}
      {agents.isError && <Failure error={agents.error} onRetry={() => void agents.refetch()} />}
      {agents.data?.items.length === 0 && (
        <Nothing>No machine has connected yet. Work waits until one does; nothing is lost.</Nothing>
      )}
      <ul className={styles.cards}>
        {agents.data?.items.map((agent) => (
          <Machine
            key={agent.id}
            agent={agent}
            running={running.filter(({ agentId }) => agentId === agent.id)}
          />
        ))}
      </ul>
    </Panel>
  )
}
