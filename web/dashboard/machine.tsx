import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { AgentView, JobView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatBytes } from '../ui/format-amount.ts'
import { sayError } from '../ui/say-error.ts'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { describeCage, describeMachine, machineStatus } from './describe-machine.ts'
import { MachineMenu } from './machine-menu.tsx'
import { MachineModels } from './machine-models.tsx'
import { MachineProviders } from './machine-providers.tsx'
import { MachineSlots } from './machine-slots.tsx'
import { MachineSources } from './machine-sources.tsx'
import { PauseButton } from './pause-button.tsx'
import { PowerDrawer } from './power-drawer.tsx'
import { RunningJobs } from './running-jobs.tsx'
import { WakeButton } from './wake-button.tsx'

/** One computer: what it is, what it does now, and how much it may do at once. */
export function Machine({ agent, running }: { agent: AgentView; running: readonly JobView[] }) {
  const isAdmin = useIsAdmin()
  const state = machineStatus(agent)
  const nowMs = useNow(agent.power.wake ? 1_000 : 30_000)
  const { facts } = agent
  return (
    <li className={styles.card}>
      <div className={styles.workHead}>
        <div className={styles.nameAndState}>
          <h3>{agent.name}</h3>
          <Status tone={state.tone}>{state.word}</Status>
        </div>
        <div className={styles.buttons}>
          <WakeButton agent={agent} />
          <PauseMachine agent={agent} />
          {isAdmin && <MachineMenu agent={agent} />}
        </div>
      </div>
      {facts && (
        <p className={styles.facts}>
          {facts.os} · {countOf(facts.cpuCount, 'core')} · {formatBytes(facts.memoryBytes)} memory
          {facts.gpu && ` · ${facts.gpu}`}
        </p>
      )}
      <p className={styles.why}>{describeMachine(agent, nowMs)}</p>
      {facts?.cageMissing && facts.cageMissing.length > 0 && (
        <p className={styles.why}>{describeCage(facts.cageMissing)}</p>
      )}
      <RunningJobs jobs={running} machine={agent.name} />
      <MachineModels name={agent.name} />
      <MachineProviders providers={agent.providers} />
      <MachineSources name={agent.name} sources={agent.sources} />
      {agent.capabilities.length === 0 ? (
        <p className={styles.facts}>Offers no work: its configuration names no capability.</p>
      ) : (
        <MachineSlots agent={agent} />
      )}
      <PowerDrawer agent={agent} />
    </li>
  )
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
