import { Button, PasswordInput, TextInput } from '@mantine/core'
import { IconLink } from '@tabler/icons-react'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useState } from 'react'
import { WHEN_TO_MOVE } from '../../protocol/database.ts'
import { callApi } from '../api/call-api.ts'
import { sessionQuery } from '../api/queries.ts'
import { Message } from '../ui/message.tsx'
import { errorSentence } from '../ui/page-error.tsx'
import { checkNewAccount, type NewAccount } from './check-new-account.ts'
import styles from './door.module.css'
import { Door, DoorError } from './door.tsx'

/** Opened from the link that the server prints once: `/setup#token=…`. The token never reaches a log. */
export function SetupPage() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token')
  const setup = useQuery({ queryKey: ['setup'], queryFn: ({ signal }) => callApi('getSetup', { signal }) })
  if (setup.data && !setup.data.needed) {
    return (
      <main style={{ height: '100dvh' }}>
        <Message
          title="Hearth is already set up"
          actions={
            <Button component="a" href="/login">
              Sign in
            </Button>
          }
        >
          The first administrator exists, so this link has done its work.
        </Message>
      </main>
    )
  }
  if (!token) {
    return (
      <main style={{ height: '100dvh' }}>
        <Message icon={<IconLink size={32} stroke={1.6} />} title="Open the setup link">
          Hearth prints a one-time link where it was started: in the terminal, or in its log. It looks like{' '}
          <code>…/setup#token=…</code> and makes you the first administrator.
        </Message>
      </main>
    )
  }
  return <SetupForm token={token} isEmbedded={setup.data?.embeddedDatabase ?? false} />
}

function SetupForm({ token, isEmbedded }: { token: string; isEmbedded: boolean }) {
  const router = useRouter()
  const queryClient = useQueryClient()
  const [account, setAccount] = useState<NewAccount>({ name: '', password: '', repeated: '' })
  const [isChecked, setChecked] = useState(false)
  const faults = isChecked ? checkNewAccount(account) : {}
  const create = useMutation({
    mutationFn: async () => {
      const { name, password } = account
      await callApi('createSetup', { body: { token, name, password } })
      return callApi('createSession', { body: { name, password } })
    },
    onSuccess: (created) => {
      queryClient.setQueryData(sessionQuery.queryKey, created)
      router.history.replace('/')
    },
  })
  const submit = () => {
    setChecked(true)
    if (Object.keys(checkNewAccount(account)).length === 0) create.mutate()
  }
  const set = (field: keyof NewAccount) => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget
    setAccount((before) => ({ ...before, [field]: value }))
  }

  return (
    <Door
      title="Light the hearth"
      lead="Make the first account. It may add folders and people later."
      onSubmit={submit}
    >
      <TextInput
        label="Your name"
        size="md"
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        value={account.name}
        onChange={set('name')}
        error={faults.name}
      />
      <PasswordInput
        label="Password"
        description="At least 10 characters. A short sentence is easy to remember."
        size="md"
        autoComplete="new-password"
        value={account.password}
        onChange={set('password')}
        error={faults.password}
      />
      <PasswordInput
        label="Password again"
        size="md"
        autoComplete="new-password"
        value={account.repeated}
        onChange={set('repeated')}
        error={faults.repeated}
      />
      {create.isError && <DoorError>{errorSentence(create.error)}</DoorError>}
      <Button type="submit" size="md" mt={8} loading={create.isPending}>
        Create account
      </Button>
      {isEmbedded && <p className={styles.note}>{WHEN_TO_MOVE}</p>}
    </Door>
  )
}
