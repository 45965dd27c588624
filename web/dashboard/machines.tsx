import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AgentView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatBytes, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { agentStates, capabilityWords } from './job-words.ts'
import { Failure, Nothing, Panel } from './panel.tsx'

/** The computers that work for this library. */
export function Machines() {
  const agents = useQuery(agentsQuery)
  return (
    <Panel title="Machines">
      {agents.isError && !agents.data && <Failure error={agents.error} />}
      {agents.data?.items.length === 0 && (
        <Nothing>No machine has connected yet. Work waits until one does; nothing is lost.</Nothing>
      )}
      <ul className={styles.cards}>
        {agents.data?.items.map((agent) => (
          <Machine key={agent.id} agent={agent} />
        ))}
      </ul>
    </Panel>
  )
}

function Machine({ agent }: { agent: AgentView }) {
  const state = agentStates[agent.state]
  const nowMs = useNow(30_000)
  const { facts } = agent
  return (
    <li className={styles.card}>
      <div className={styles.workHead}>
        <h3>{agent.name}</h3>
        <Status tone={state.tone}>{state.word}</Status>
      </div>
      {facts && (
        <p className={styles.facts}>
          {facts.os} · {countOf(facts.cpuCount, 'core')} · {formatBytes(facts.memoryBytes)} memory
          {facts.gpu && ` · ${facts.gpu}`}
        </p>
      )}
      {agent.capabilities.length === 0 ? (
        <p className={styles.quiet}>Offers no work yet: vision models come with a later version</p>
      ) : (
        <ul className={styles.chips} aria-label="What it can do">
          {agent.capabilities.map(({ capability, concurrency }) => (
            <li key={capability}>
              {capabilityWords[capability]}
              {concurrency > 1 && <span> × {concurrency}</span>}
            </li>
          ))}
        </ul>
      )}
      <div className={styles.cardFoot}>
        <p className={styles.quiet}>
          {agent.state === 'offline'
            ? `Last seen ${agent.lastSeenAt ? formatAgo(agent.lastSeenAt, nowMs) : 'never'}`
            : `${countOf(agent.leases, 'job')} in hand · ${formatCount(agent.perMinute)} per minute`}
        </p>
        <DrainButton agent={agent} />
      </div>
    </li>
  )
}

function DrainButton({ agent }: { agent: AgentView }) {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const isDraining = agent.state === 'draining'
  const change = useMutation({
    mutationFn: () => callApi(isDraining ? 'resumeAgent' : 'drainAgent', { params: { id: agent.id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey }),
    onError: sayError(`“${agent.name}” could not be changed`),
  })
  if (!isAdmin || agent.state === 'offline') return null
  return (
    <Button
      size="xs"
      variant="default"
      loading={change.isPending}
      onClick={() => change.mutate()}
      title={isDraining ? 'Take work again' : 'Finish what it has and take no more'}
      aria-label={`${isDraining ? 'Resume' : 'Drain'} ${agent.name}`}
    >
      {isDraining ? 'Resume' : 'Drain'}
    </Button>
  )
}
