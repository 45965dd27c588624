import { Button } from '@mantine/core'
import type { AgentView } from '../../protocol/fleet.ts'
import type { PowerDetail, WakeEvent } from '../../protocol/power.ts'
import { callApi } from '../api/call-api.ts'
import { formatSpan } from '../ui/format-when.ts'
import { withLocalTimes } from '../ui/local-times.ts'
import { sayDone } from '../ui/say-done.ts'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import { describeMachine, machineStatus } from './describe-machine.ts'
import styles from './power.module.css'
import { useAgentAction } from './use-agent-action.ts'

type WakeTestProps = { agent: AgentView; power: PowerDetail }

/** Tries how a machine sleeps and wakes, tells what came of it, and what helps when it did not work. */
export function WakeTest({ agent, power }: WakeTestProps) {
  const nowMs = useNow(1_000)
  const status = machineStatus(agent)
  const last = power.history[0]
  return (
    <section className={styles.section}>
      <Status tone={status.tone}>{status.word}</Status>
      <p>{describeMachine(agent, nowMs)}</p>
      {power.holdsBack && <p className={styles.quiet}>{withLocalTimes(power.holdsBack, nowMs)}.</p>}
      <TestButtons agent={agent} power={power} />
      {last && <Outcome wake={last} />}
      {power.advice.length > 0 && last?.outcome === 'gave_up' && <Advice advice={power.advice} />}
    </section>
  )
}

function TestButtons({ agent, power }: WakeTestProps) {
  const params = { id: agent.id }
  const wake = useAgentAction(
    () => callApi('wakeAgent', { params, body: { test: true } }),
    `“${agent.name}” was not called`,
  )
  const sleep = useAgentAction(async () => {
    const answer = await callApi('sleepAgent', { params })
    sayDone(`“${agent.name}” goes to sleep as soon as its jobs are done.`)
    return answer
  }, `“${agent.name}” does not sleep`)
  if (agent.state === 'online' || agent.state === 'draining') {
    return agent.power.canSleep ? (
      <Button variant="default" size="sm" loading={sleep.isPending} onClick={() => sleep.mutate(undefined)}>
        Let it sleep now
      </Button>
    ) : (
      <p className={styles.quiet}>
        Put it to sleep to try how it wakes. For Hearth to do that by itself, its owner gives it a sleep
        command: <code>power.sleep.command</code> in its agent’s configuration.
      </p>
    )
  }
  if (agent.state === 'waking' || agent.state === 'booting') return null
  return (
    <div className={styles.test}>
      <Button
        size="sm"
        loading={wake.isPending}
        disabled={power.macAddresses.length === 0}
        onClick={() => wake.mutate(undefined)}
      >
        Test: wake it now
      </Button>
      <span className={styles.quiet}>
        {power.macAddresses.length === 0 ? 'Enter its MAC address below first.' : `Calls go ${power.route}.`}
      </span>
    </div>
  )
}

function Outcome({ wake: { outcome, onlineMs, packets, route, message } }: { wake: WakeEvent }) {
  const times = packets === 1 ? 'one call' : `${packets} calls`
  if (outcome === null) return message ? <p className={styles.bad}>{message}.</p> : null
  if (outcome === 'online')
    return (
      <p className={styles.good}>
        The last time it was back {formatSpan(onlineMs ?? 0)} after the first call ({times} {route}).
      </p>
    )
  if (outcome === 'cancelled') return null
  return (
    <p className={styles.bad}>
      The last time it did not come back: {times} {route}.
    </p>
  )
}

function Advice({ advice }: Pick<PowerDetail, 'advice'>) {
  return (
    <>
      <h2 className={styles.heading}>What usually helps</h2>
      <ol className={styles.advice}>
        {advice.map(({ title, text }) => (
          <li key={title}>
            <strong>{title}</strong>
            <p>{text}</p>
          </li>
        ))}
      </ol>
    </>
  )
}
