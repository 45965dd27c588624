import { Button, Modal } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { ApiTokenView } from '../../protocol/api/account-routes.ts'
import { callApi } from '../api/call-api.ts'
import { tokensQuery } from '../api/queries.ts'
import { formatAgo } from '../ui/format-when.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './account.module.css'
import { NewToken } from './new-token.tsx'

const REFRESH_MS = 30_000

/** Tokens with which programs act for this person. */
export function Tokens({ isAdmin }: { isAdmin: boolean }) {
  const tokens = useQuery(tokensQuery)
  const [isMaking, setMaking] = useState(false)
  const [revoking, setRevoking] = useState<ApiTokenView>()
  const items = tokens.data?.items ?? []
  return (
    <Panel
      title="Tokens"
      aside={
        <Button size="xs" variant="default" onClick={() => setMaking(true)}>
          New token
        </Button>
      }
    >
      <p className={styles.lead}>
        With a token a program acts for you: <code>hearth</code> on another machine, a script, a monitor. Give
        each its own, so that you can take it back.
      </p>
      {tokens.isError && <Failure error={tokens.error} onRetry={() => void tokens.refetch()} />}
      {tokens.isSuccess && items.length === 0 && <Nothing>No program acts for you.</Nothing>}
      {items.length > 0 && (
        <ul className={styles.tokens}>
          {items.map((token) => (
            <Token key={token.id} token={token} onRevoke={() => setRevoking(token)} />
          ))}
        </ul>
      )}
      {isMaking && <NewToken isAdmin={isAdmin} onClose={() => setMaking(false)} />}
      {revoking && <Revoke token={revoking} onClose={() => setRevoking(undefined)} />}
    </Panel>
  )
}

function Token({ token, onRevoke }: { token: ApiTokenView; onRevoke: () => void }) {
  const nowMs = useNow(REFRESH_MS)
  const { name, scope, createdAt, lastUsedAt } = token
  const facts = [
    scope === 'admin' ? 'May do what you may' : 'May look',
    `made ${formatAgo(createdAt, nowMs)}`,
    lastUsedAt === null ? 'never used' : `used ${formatAgo(lastUsedAt, nowMs)}`,
  ]
  return (
    <li>
      <div>
        <h3>{name}</h3>
        <p className={styles.facts}>{facts.join(' · ')}</p>
      </div>
      <Button size="xs" variant="default" onClick={onRevoke} aria-label={`Revoke ${name}`}>
        Revoke
      </Button>
    </li>
  )
}

function Revoke({ token, onClose }: { token: ApiTokenView; onClose: () => void }) {
  const queryClient = useQueryClient()
  const revoke = useMutation({
    mutationFn: () => callApi('deleteToken', { params: { id: token.id } }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: tokensQuery.queryKey })
      sayDone(`“${token.name}” is refused from now on.`)
      onClose()
    },
    onError: sayError(`“${token.name}” was not revoked`),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={`Revoke “${token.name}”?`}
      centered
      closeButtonProps={{ 'aria-label': 'Close' }}
    >
      <div className={styles.form}>
        <p className={styles.once}>The program that has it is refused at once. This cannot be undone.</p>
        <div className={styles.buttons}>
          <Button variant="default" onClick={onClose}>
            Keep it
          </Button>
          <Button color="red" loading={revoke.isPending} onClick={() => revoke.mutate()}>
            Revoke
          </Button>
        </div>
      </div>
    </Modal>
  )
}
