import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { JobView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { jobSummaryQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { sayError } from '../ui/say-error.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { jobKindWords } from './job-words.ts'
import { Failure, Nothing, Panel } from './panel.tsx'

const deadJobsKey = ['jobs', 'dead'] as const

/** Jobs that have used up their attempts: why, and another go. */
export function FailedJobs() {
  const isAdmin = useIsAdmin()
  const queryClient = useQueryClient()
  const dead = (useQuery(jobSummaryQuery).data?.kinds ?? []).reduce((sum, kind) => sum + kind.dead, 0)
  const jobs = useInfiniteQuery({
    // The live counts say when the list has changed.
    queryKey: [...deadJobsKey, dead],
    queryFn: ({ pageParam, signal }) =>
      callApi('listJobs', { query: { state: 'dead', limit: 20, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    placeholderData: (before) => before,
  })
  const refresh = () =>
    Promise.all([
      queryClient.invalidateQueries({ queryKey: deadJobsKey }),
      queryClient.invalidateQueries({ queryKey: jobSummaryQuery.queryKey }),
    ])
  const retryAll = useMutation({
    mutationFn: () => callApi('retryDeadJobs', { body: {} }),
    onSuccess: refresh,
    onError: sayError('The jobs were not queued again'),
  })
  const items = jobs.data?.pages.flatMap((page) => page.items) ?? []

  return (
    <Panel
      title="Failed jobs"
      aside={
        isAdmin && items.length > 0 ? (
          <Button size="xs" variant="default" loading={retryAll.isPending} onClick={() => retryAll.mutate()}>
            Retry all{dead > 0 && ` ${formatCount(dead)}`}
          </Button>
        ) : undefined
      }
    >
      {jobs.isError && <Failure error={jobs.error} />}
      {jobs.isSuccess && items.length === 0 && <Nothing>None. Everything that was tried has worked.</Nothing>}
      <ul className={styles.rows}>
        {items.map((job) => (
          <FailedJob key={job.id} job={job} onRetried={refresh} />
        ))}
      </ul>
      {jobs.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          loading={jobs.isFetchingNextPage}
          onClick={() => jobs.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Panel>
  )
}

function FailedJob({ job, onRetried }: { job: JobView; onRetried: () => unknown }) {
  const isAdmin = useIsAdmin()
  const nowMs = useNow(30_000)
  const retry = useMutation({
    mutationFn: () => callApi('retryJob', { params: { id: job.id } }),
    onSuccess: onRetried,
    onError: sayError('The job was not queued again'),
  })
  return (
    <li className={styles.item}>
      <div>
        <p className={styles.subject}>{job.subject}</p>
        <p className={styles.reason}>{job.error?.message ?? 'No reason was recorded.'}</p>
        <p className={styles.facts}>
          {jobKindWords[job.kind]} · {countOf(job.attempt, 'attempt')}
          {job.finishedAt && ` · ${formatAgo(job.finishedAt, nowMs)}`}
        </p>
      </div>
      {isAdmin && (
        <Button
          size="xs"
          variant="default"
          loading={retry.isPending}
          onClick={() => retry.mutate()}
          aria-label={`Retry ${job.subject}`}
        >
          Retry
        </Button>
      )}
    </li>
  )
}
