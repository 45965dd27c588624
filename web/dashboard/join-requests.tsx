import { Button } from '@mantine/core'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { JoinRequestView } from '../../protocol/pairing.ts'
import { callApi } from '../api/call-api.ts'
import { agentsQuery, JOINING_KEY, joinRequestsQuery } from '../api/queries.ts'
import { countOf, formatBytes } from '../ui/format-amount.ts'
import { sayDone } from '../ui/say-done.ts'
import { sayError } from '../ui/say-error.ts'
import styles from './pairing.module.css'

/** Who asks goes away again without a word; that is noticed within this. */
const REFRESH_MS = 15_000

/** Machines that ask to be let in without a code. */
export function JoinRequests() {
  const requests = useQuery({ ...joinRequestsQuery, refetchInterval: REFRESH_MS }).data?.items ?? []
  if (requests.length === 0) return null
  return (
    <ul className={styles.requests} aria-label="Machines that want to join">
      {requests.map((request) => (
        <JoinRequest key={request.id} request={request} />
      ))}
    </ul>
  )
}

function JoinRequest({ request }: { request: JoinRequestView }) {
  const queryClient = useQueryClient()
  const { id, name, facts, address, fingerprint } = request
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: JOINING_KEY }),
      queryClient.invalidateQueries({ queryKey: agentsQuery.queryKey }),
    ])
  const approve = useMutation({
    mutationFn: () => callApi('approveJoinRequest', { params: { id } }),
    onSuccess: () => sayDone(`“${name}” may work for this library now.`),
    onError: sayError(`“${name}” was not let in`),
    onSettled: refresh,
  })
  const refuse = useMutation({
    mutationFn: () => callApi('refuseJoinRequest', { params: { id } }),
    onError: sayError(`“${name}” could not be refused`),
    onSettled: refresh,
  })
  const isBusy = approve.isPending || refuse.isPending
  return (
    <li className={styles.request}>
      <div>
        <h3>“{name}” wants to join</h3>
        <p>
          {facts.os} · {countOf(facts.cpuCount, 'core')} · {formatBytes(facts.memoryBytes)} memory
          {facts.gpu && ` · ${facts.gpu}`} · from {address}
        </p>
        <p>
          Let it in only if it shows this fingerprint itself:
          <span className={styles.fingerprint}>{fingerprint}</span>
        </p>
      </div>
      <div className={styles.buttons}>
        <Button
          size="xs"
          variant="default"
          disabled={isBusy}
          onClick={() => refuse.mutate()}
          aria-label={`Refuse “${name}”`}
        >
          Refuse
        </Button>
        <Button
          size="xs"
          loading={approve.isPending}
          disabled={isBusy}
          onClick={() => approve.mutate()}
          aria-label={`Let “${name}” in`}
        >
          Let it in
        </Button>
      </div>
    </li>
  )
}
