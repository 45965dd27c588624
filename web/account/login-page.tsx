import { Button, PasswordInput, TextInput } from '@mantine/core'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useRouter, useSearch } from '@tanstack/react-router'
import { useState } from 'react'
import { callApi } from '../api/call-api.ts'
import { sessionQuery } from '../api/queries.ts'
import { errorSentence } from '../ui/page-error.tsx'
import { Door, DoorError } from './door.tsx'

export function LoginPage() {
  const { from } = useSearch({ from: '/login' })
  const router = useRouter()
  const queryClient = useQueryClient()
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [isIncomplete, setIncomplete] = useState(false)
  const signIn = useMutation({
    mutationFn: () => callApi('createSession', { body: { name, password } }),
    onSuccess: (account) => {
      queryClient.clear()
      queryClient.setQueryData(sessionQuery.queryKey, account)
      router.history.replace(from ?? '/')
    },
  })

  return (
    <Door
      title="Welcome home"
      lead={from ? 'Sign in and you are back where you were.' : 'Sign in to see your photos.'}
      onSubmit={() => {
        setIncomplete(!name.trim() || !password)
        if (name.trim() && password) signIn.mutate()
      }}
    >
      <TextInput
        label="Name"
        size="md"
        autoFocus
        autoComplete="username"
        autoCapitalize="none"
        value={name}
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <PasswordInput
        label="Password"
        size="md"
        autoComplete="current-password"
        value={password}
        onChange={(event) => setPassword(event.currentTarget.value)}
      />
      {isIncomplete && <DoorError>Enter your name and your password.</DoorError>}
      {!isIncomplete && signIn.isError && <DoorError>{errorSentence(signIn.error)}</DoorError>}
      <Button type="submit" size="md" mt={8} loading={signIn.isPending}>
        Sign in
      </Button>
    </Door>
  )
}
