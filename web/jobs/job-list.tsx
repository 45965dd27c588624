import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useEffect, useRef, useState } from 'react'
import type { JobFilter } from '../api/job-filter.ts'
import { agentsQuery, jobsQuery, librariesQuery } from '../api/queries.ts'
import { Failure, Nothing } from '../ui/panel.tsx'
import { useNow } from '../ui/use-now.ts'
import { JobRow } from './job-row.tsx'
import styles from './jobs.module.css'

const PAGE_SIZE = 50

/** One page of jobs, newest first. However many there are, no more than a page is held or asked for again. */
export function JobList({ filter }: { filter: JobFilter }) {
  // Where each page after the first begins; the last one is on screen.
  const [cursors, setCursors] = useState<readonly string[]>([])
  const jobs = useQuery({
    ...jobsQuery(filter, { cursor: cursors.at(-1), limit: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  })
  const agents = useQuery(agentsQuery).data?.items ?? []
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const items = jobs.data?.items ?? []
  const nowMs = useNow(items.some(({ state }) => state === 'leased') ? 1_000 : 30_000)
  const list = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (cursors.length > 0) list.current?.scrollIntoView({ block: 'start' })
  }, [cursors])

  const next = jobs.data?.nextCursor
  return (
    <div ref={list} className={styles.list} aria-busy={jobs.isPlaceholderData}>
      {jobs.isError && <Failure error={jobs.error} onRetry={() => void jobs.refetch()} />}
      {jobs.isSuccess && items.length === 0 && (
        <Nothing>{cursors.length > 0 ? 'There are no older ones.' : emptyWords(filter)}</Nothing>
      )}
      <ul className={styles.rows}>
        {items.map((job) => (
          <JobRow
            key={job.id}
            job={job}
            nowMs={nowMs}
            agents={agents}
            library={libraries.find(({ id }) => id === job.libraryId)}
          />
        ))}
      </ul>
      {(cursors.length > 0 || next) && (
        <nav className={styles.pager} aria-label="Pages of jobs">
          <Button
            size="xs"
            variant="default"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Newer
          </Button>
          <span>Page {cursors.length + 1}</span>
          <Button
            size="xs"
            variant="default"
            disabled={!next || jobs.isPlaceholderData}
            onClick={() => next && setCursors([...cursors, next])}
          >
            Older
          </Button>
        </nav>
      )}
    </div>
  )
}

function emptyWords({ state, kind, code, libraryId }: JobFilter): string {
  if (kind || code || libraryId) return 'No job is like that.'
  if (state === 'leased') return 'Nothing runs at the moment.'
  if (state === 'queued') return 'Nothing waits.'
  if (state === 'dead') return 'None. Everything that was tried has worked.'
  if (state === 'cancelled') return 'None was cancelled.'
  if (state === 'done') return 'None has been finished lately. Finished jobs are kept for a while only.'
  return 'No work has been asked for yet.'
}
