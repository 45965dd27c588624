import { Button, Drawer } from '@mantine/core'
import { useState } from 'react'
import type { LibraryView } from '../../protocol/fleet.ts'
import drawerStyles from '../ui/drawer.module.css'
import { SidecarForm } from './sidecar-form.tsx'

/** Opens what a library allows with what people enter. */
export function SidecarDrawer({ library }: { library: LibraryView }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <>
      <Button
        size="xs"
        variant="subtle"
        color="gray"
        onClick={() => setOpen(true)}
        aria-label={`Sidecars of ${library.name}`}
      >
        Sidecars…
      </Button>
      <Drawer
        opened={isOpen}
        onClose={() => setOpen(false)}
        position="right"
        size="min(560px, 100vw)"
        title={`${library.name}: sidecars`}
        closeButtonProps={{ 'aria-label': 'Close' }}
        classNames={drawerStyles}
      >
        <SidecarForm library={library} onSaved={() => setOpen(false)} />
      </Drawer>
    </>
  )
}
