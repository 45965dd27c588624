import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AgentView, JobView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatBytes, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { agentStates } from '../ui/job-words.ts'
import { sayError } from '../ui/say-error.ts'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { MachineSlots } from './machine-slots.tsx'
import { MachineSources } from './machine-sources.tsx'
import { PauseButton } from './pause-button.tsx'
import { RunningJobs } from './running-jobs.tsx'

/** One computer: what it is, what it does now, and how much it may do at once. */
export function Machine({ agent, running }: { agent: AgentView; running: readonly JobView[] }) {
  const state = agentStates[agent.state]
  const nowMs = useNow(30_000)
  const { facts } = agent
  return (
    <li className={styles.card}>
      <div className={styles.workHead}>
        <div className={styles.nameAndState}>
          <h3>{agent.name}</h3>
          <Status tone={state.tone}>
            {agent.state === 'draining' && agent.leases > 0 ? 'Pausing' : state.word}
          </Status>
        </div>
        <PauseMachine agent={agent} />
      </div>
      {facts && (
        <p className={styles.facts}>
          {facts.os} · {countOf(facts.cpuCount, 'core')} · {formatBytes(facts.memoryBytes)} memory
          {facts.gpu && ` · ${facts.gpu}`}
        </p>
      )}
      <p className={styles.why}>{describeNow(agent, nowMs)}</p>
      <RunningJobs jobs={running} machine={agent.name} />
      <MachineSources name={agent.name} sources={agent.sources} />
      {agent.capabilities.length === 0 ? (
        <p className={styles.facts}>Offers no work yet: vision models come with a later version.</p>
      ) : (
        <MachineSlots agent={agent} />
      )}
    </li>
  )
}

function describeNow(
  { state, paused: isPaused, lastSeenAt, leases, perMinute }: AgentView,
  nowMs: number,
): string {
  if (state === 'offline') {
    const seen = lastSeenAt ? `Last seen ${formatAgo(lastSeenAt, nowMs)}.` : 'Never seen yet.'
    const paused = isPaused ? ' It is paused and takes no work when it is back.' : ''
    return `${seen} Work that only it can do waits for it.${paused}`
  }
  if (state === 'draining') {
    return leases > 0
      ? `Finishes ${countOf(leases, 'job')} and takes no more until it is resumed.`
      : 'Takes no work until it is resumed.'
  }
  if (leases === 0 && perMinute === 0) return 'Nothing to do at the moment.'
  return `${countOf(leases, 'job')} in hand · ${formatCount(perMinute)} finished in the last minute`
}

function PauseMachine({ agent }: { agent: AgentView }) {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const change = useMutation({
    mutationFn: (paused: boolean) =>
      callApi(paused ? 'drainAgent' : 'resumeAgent', { params: { id: agent.id } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey }),
    onError: sayError(`“${agent.name}” could not be changed`),
  })
  if (!isAdmin) return null
  return (
    <PauseButton
      isPaused={agent.paused}
      what={agent.name}
      hint="It finishes what it has and takes no more"
      isBusy={change.isPending}
      onChange={(paused) => change.mutate(paused)}
    />
  )
}
