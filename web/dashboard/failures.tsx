import { Button } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { FailureGroup } from '../../protocol/fleet.ts'
import { failuresQuery } from '../api/queries.ts'
import { useRetryDead } from '../api/use-job-actions.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { errorWords } from '../ui/error-words.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { jobKindWords, setAside } from '../ui/job-words.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import { Status } from '../ui/status-dot.tsx'
import styles from './dashboard.module.css'

/** Jobs that did not work, by the reason: one decision for all that failed alike. */
export function Failures() {
  const isAdmin = useIsAdmin()
  const failures = useQuery(failuresQuery)
  const retryAll = useRetryDead()
  const groups = failures.data?.items ?? []
  const total = groups.reduce((sum, { count }) => sum + count, 0)
  return (
    <Panel
      title="Failures"
      aside={
        isAdmin && groups.length > 1 ? (
          <Button size="xs" variant="default" loading={retryAll.isPending} onClick={() => retryAll.mutate()}>
            Try all {formatCount(total)} again
          </Button>
        ) : undefined
      }
    >
      {failures.isError && <Failure error={failures.error} onRetry={() => void failures.refetch()} />}
      {failures.isSuccess && groups.length === 0 && (
        <Nothing>None. Everything that was tried has worked.</Nothing>
      )}
      <ul className={styles.rows}>
        {groups.map((group) => (
          <Group key={`${group.kind} ${group.code}`} group={group} />
        ))}
      </ul>
    </Panel>
  )
}

function Group({ group }: { group: FailureGroup }) {
  const isAdmin = useIsAdmin()
  const { kind, code, count, example } = group
  const retry = useRetryDead({ kind, code })
  const words = errorWords[code]
  const search = { kind, code, state: 'dead' as const }
  return (
    <li className={styles.item}>
      <div>
        <div className={styles.nameAndState}>
          <h3>{words.short}</h3>
          {code === 'quarantined' && <Status tone={setAside.tone}>{setAside.word}</Status>}
        </div>
        <p className={styles.facts}>
          <Link to="/jobs" search={search} aria-label={`${countOf(count, 'job')}: ${words.short}`}>
            {countOf(count, 'job')}
          </Link>{' '}
          · {jobKindWords[kind]}
        </p>
        {words.advice && <p className={styles.reason}>{words.advice}</p>}
        <p className={styles.example}>
          {count > 1 && 'The last one: '}
          {example}
        </p>
      </div>
      {isAdmin && (
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate()}
          aria-label={`${retryWords(count)}: ${words.short}, ${jobKindWords[kind]}`}
        >
          {retryWords(count)}
        </Button>
      )}
    </li>
  )
}

function retryWords(count: number): string {
  return count === 1 ? 'Try again' : `Try all ${formatCount(count)} again`
}
