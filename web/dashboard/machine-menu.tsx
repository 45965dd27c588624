import { ActionIcon, Button, Menu, Modal, TextInput } from '@mantine/core'
import { IconArrowsExchange, IconDotsVertical, IconPencil, IconPlugConnectedX } from '@tabler/icons-react'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AgentView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery } from '../api/queries.ts'
import { countOf } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import styles from './pairing.module.css'
import { usePairingDialog } from './use-pairing-dialog.tsx'

/** What is seldom done to a machine: another name, and shutting it out. */
export function MachineMenu({ agent }: { agent: AgentView }) {
  const [asked, setAsked] = useState<'name' | 'revoke'>()
  const close = () => setAsked(undefined)
  const replacement = usePairingDialog(`Replace “${agent.name}”`, agent.id)
  return (
    <>
      <Menu position="bottom-end" shadow="md" radius="md">
        <Menu.Target>
          <ActionIcon variant="default" size={30} aria-label={`More for ${agent.name}`}>
            <IconDotsVertical size={16} stroke={1.8} aria-hidden="true" />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<IconPencil size={18} stroke={1.6} />} onClick={() => setAsked('name')}>
            Rename
          </Menu.Item>
          <Menu.Item leftSection={<IconArrowsExchange size={18} stroke={1.6} />} onClick={replacement.open}>
            Replace by another machine
          </Menu.Item>
          <Menu.Item
            leftSection={<IconPlugConnectedX size={18} stroke={1.6} />}
            color="red"
            onClick={() => setAsked('revoke')}
          >
            Revoke
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {replacement.dialog}
      {asked === 'name' && <Rename agent={agent} onClose={close} />}
      {asked === 'revoke' && <Revoke agent={agent} onClose={close} />}
    </>
  )
}

type QuestionProps = { agent: AgentView; onClose: () => void }

function Rename({ agent, onClose }: QuestionProps) {
  const queryClient = useQueryClient()
  const [name, setName] = useState(agent.name)
  const rename = useMutation({
    mutationFn: () => callApi('updateAgent', { params: { id: agent.id }, body: { name: name.trim() } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey })
      onClose()
    },
    onError: sayError(`“${agent.name}” was not renamed`),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title="Rename machine"
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <form
        className={styles.form}
        onSubmit={(event) => {
          event.preventDefault()
          rename.mutate()
        }}
      >
        <TextInput
          label="Name"
          value={name}
          maxLength={64}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <div className={styles.answers}>
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" loading={rename.isPending} disabled={name.trim() === ''}>
            Rename
          </Button>
        </div>
      </form>
    </Modal>
  )
}

function Revoke({ agent, onClose }: QuestionProps) {
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => callApi('revokeAgent', { params: { id: agent.id } }),
    onSuccess: async () => {
      sayDone(`“${agent.name}” is shut out.`)
      await queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey })
    },
    onError: sayError(`“${agent.name}” was not revoked`),
  })
  const held =
    agent.leases > 0 ? ` What it works on (${countOf(agent.leases, 'job')}) goes back to the queue.` : ''
  const kept =
    agent.roots.length > 0
      ? ' Its libraries stay on screen, but nobody can read their files any more: where another machine has them, choose Replace instead.'
      : ''
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Revoke “${agent.name}”?`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <p className={styles.lead}>
        It is disconnected at once and its key is never accepted again.{held}
        {kept} To use the machine again, pair it with a new code and <code>--new-key</code>.
      </p>
      <div className={styles.answers} style={{ marginTop: 24 }}>
        <Button variant="default" onClick={onClose}>
          Keep it
        </Button>
        <Button color="red.9" loading={revoke.isPending} onClick={() => revoke.mutate()}>
          Revoke
        </Button>
      </div>
    </Modal>
  )
}
