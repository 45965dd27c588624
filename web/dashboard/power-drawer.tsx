import { Button, Drawer } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { AgentView } from '../../protocol/fleet.ts'
import { powerQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import drawerStyles from '../ui/drawer.module.css'
import { Failure } from '../ui/panel.tsx'
import styles from './power.module.css'
import { PowerForm } from './power-form.tsx'
import { WakeHistory } from './wake-history.tsx'
import { WakeTest } from './wake-test.tsx'

/** Opens everything about how one machine sleeps and is woken. */
export function PowerDrawer({ agent }: { agent: AgentView }) {
  const isAdmin = useIsAdmin()
  const [isOpen, setOpen] = useState(false)
  if (!isAdmin) return null
  return (
    <>
      <Button
        size="compact-xs"
        variant="subtle"
        color="gray"
        className={styles.open}
        onClick={() => setOpen(true)}
        aria-label={`Sleep and wake: ${agent.name}`}
      >
        Sleep and wake…
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="right"
        size="min(560px, 100vw)"
        title={`${agent.name}: sleep and wake`}
        closeButtonProps={{ 'aria-label': 'Close' }}
        classNames={drawerStyles}
      >
        <PowerSheet agent={agent} />
      </Drawer>
    </>
  )
}

function PowerSheet({ agent }: { agent: AgentView }) {
  const power = useQuery(powerQuery(agent.id, agent.state))
  if (power.isError) return <Failure error={power.error} onRetry={() => void power.refetch()} />
  if (!power.data) return null
  return (
    <>
      <WakeTest agent={agent} power={power.data} />
      <PowerForm agent={agent} power={power.data} />
      <WakeHistory history={power.data.history} />
    </>
  )
}
