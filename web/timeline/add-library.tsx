import { Button, Select, TextInput } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { AgentView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery, librariesQuery } from '../api/queries.ts'
import { errorSentence } from '../ui/page-error.tsx'
import styles from './banner.module.css'

/** Adds a folder that one of the agents may read. Without such an agent it says which command brings one. */
export function AddLibrary() {
  const agents = useQuery(agentsQuery)
  const able = agents.data?.items.filter(canScan) ?? []
  if (agents.isPending) return null
  if (able.length === 0) {
    return (
      <div className={styles.folder}>
        <p>
          No computer that can read folders is connected right now. Start Hearth with a folder, where the
          photos are:
        </p>
        <code className={styles.command}>npm start -- ~/Pictures</code>
      </div>
    )
  }
  return <FolderForm agents={able} />
}

function FolderForm({ agents }: { agents: AgentView[] }) {
  const queryClient = useQueryClient()
  const choices = agents.flatMap((agent) =>
    agent.roots.map((root) => ({
      value: `${agent.id}:${root}`,
      label: agents.length > 1 ? `${agent.name}: ${root}` : root,
    })),
  )
  const [choice, setChoice] = useState(choices[0]?.value ?? '')
  const agentId = Number(choice.slice(0, choice.indexOf(':')))
  const base = choice.slice(choice.indexOf(':') + 1)
  const [subfolder, setSubfolder] = useState('')
  const root =
    subfolder.trim() === '' ? base : `${base.replace(/\/$/, '')}/${subfolder.trim().replace(/^\/+/, '')}`
  const [name, setName] = useState<string | null>(null)
  const shownName = name ?? root.split('/').filter(Boolean).at(-1) ?? 'Photos'
  const add = useMutation({
    mutationFn: () => callApi('createLibrary', { body: { name: shownName, root, agentId } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: librariesQuery.queryKey }),
  })

  return (
    <div className={styles.folder}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          add.mutate()
        }}
      >
        <Select
          label="Folder"
          data={choices}
          value={choice}
          onChange={(value) => value && setChoice(value)}
          allowDeselect={false}
        />
        <TextInput
          label="Only a part of it"
          description="Optional: a folder inside, such as Family/2024"
          value={subfolder}
          onChange={(event) => setSubfolder(event.currentTarget.value)}
        />
        <TextInput
          label="Name"
          value={shownName}
          maxLength={64}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        {add.isError && (
          <p role="alert" style={{ color: 'var(--bad)' }}>
            {errorSentence(add.error)}
          </p>
        )}
        <Button type="submit" size="md" loading={add.isPending} disabled={shownName.trim() === ''}>
          Add and scan
        </Button>
      </form>
    </div>
  )
}

function canScan({ state, capabilities, roots }: AgentView): boolean {
  return (
    ['online', 'draining'].includes(state) &&
    roots.length > 0 &&
    capabilities.some(({ capability }) => capability === 'scan')
  )
}
