import { Button } from '@mantine/core'
import { IconPower } from '@tabler/icons-react'
import type { AgentView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { useAgentAction } from './use-agent-action.ts'

/** Calls a machine that is not there. Nothing is shown for one that is, or that nobody knows how to call. */
export function WakeButton({ agent }: { agent: AgentView }) {
  const isAdmin = useIsAdmin()
  const wake = useAgentAction(
    () => callApi('wakeAgent', { params: { id: agent.id }, body: {} }),
    `“${agent.name}” was not woken`,
  )
  const isAway = ['asleep', 'offline', 'unreachable'].includes(agent.state)
  if (!isAdmin || !isAway || !agent.power.canWake) return null
  return (
    <Button
      size="xs"
      variant="default"
      loading={wake.isPending}
      onClick={() => wake.mutate(undefined)}
      aria-label={`Wake: ${agent.name}`}
      leftSection={<IconPower size={14} stroke={1.8} aria-hidden="true" />}
    >
      Wake
    </Button>
  )
}
