import { Button } from '@mantine/core'
import { useInfiniteQuery, useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useState } from 'react'
import type { ProblemView } from '../../protocol/fleet.ts'
import { callApi } from '../api/call-api.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import { problemWords } from '../ui/problem-words.ts'
import { sayError } from '../ui/say-error.ts'
import styles from './dashboard.module.css'

/** Files that were read and have no whole picture. They are not failed jobs: reading them again may not help. */
export function ProblemFiles() {
  const problems = useInfiniteQuery({
    queryKey: ['problems'],
    queryFn: ({ pageParam, signal }) =>
      callApi('listProblems', { query: { limit: 20, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const items = problems.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <Panel title="Files with problems">
      {problems.isError && <Failure error={problems.error} onRetry={() => void problems.refetch()} />}
      {problems.isSuccess && items.length === 0 && (
        <Nothing>None. Every file could be read and shown.</Nothing>
      )}
      <ul className={styles.rows}>
        {items.map((problem) => (
          <ProblemFile key={problem.fileId} problem={problem} />
        ))}
      </ul>
      {problems.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          loading={problems.isFetchingNextPage}
          onClick={() => problems.fetchNextPage()}
        >
          More
        </Button>
      )}
    </Panel>
  )
}

function ProblemFile({ problem }: { problem: ProblemView }) {
  const isAdmin = useIsAdmin()
  const [isQueued, setQueued] = useState(false)
  const again = useMutation({
    mutationFn: () => callApi('reingestAsset', { params: { id: problem.assetId } }),
    onSuccess: () => setQueued(true),
    onError: sayError('The file is not read again'),
  })
  return (
    <li className={styles.item}>
      <div>
        <p className={styles.subject}>
          <Link to="/assets/$assetId" params={{ assetId: String(problem.assetId) }}>
            {problem.path}
          </Link>
        </p>
        <p className={styles.reason}>
          <strong>{problemWords[problem.problem.code]}.</strong> {problem.problem.message}
        </p>
      </div>
      {isAdmin && (
        <Button
          size="xs"
          variant="default"
          disabled={isQueued}
          loading={again.isPending}
          onClick={() => again.mutate()}
          aria-label={`${isQueued ? 'Queued' : 'Read again'}: ${problem.path}`}
        >
          {isQueued ? 'Queued' : 'Read again'}
        </Button>
      )}
    </li>
  )
}
