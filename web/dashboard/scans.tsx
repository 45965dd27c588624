import { Button } from '@mantine/core'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { ScanView } from '../../protocol/fleet.ts'
import type { SkipReason } from '../../protocol/scan.ts'
import { callApi } from '../api/call-api.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { formatAgo } from '../ui/format-when.ts'
import { Failure, Nothing } from '../ui/panel.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'

const skipWords: Record<SkipReason, string> = {
  hidden: 'hidden',
  system: 'belongs to a system',
  ignored: 'ignored by a rule of the library',
  link: 'link, not followed',
  special: 'not a file',
  unsupported: 'not a picture or video',
  unreadable: 'could not be read',
  data_folder: 'Hearth’s own data',
}
const stateWords: Record<ScanView['state'], string> = {
  running: 'Running',
  complete: 'Complete',
  offline: 'Could not reach the folder',
  held: 'Held for review',
  failed: 'Failed',
}

/** The history of one library's scans, and what the last one left out. */
export function Scans({ libraryId }: { libraryId: number }) {
  const nowMs = useNow(30_000)
  const scans = useInfiniteQuery({
    queryKey: ['scans', libraryId],
    queryFn: ({ pageParam, signal }) =>
      callApi('listScans', { params: { id: libraryId }, query: { limit: 5, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
  })
  const items = scans.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <div className={styles.scans}>
      {scans.isError && <Failure error={scans.error} />}
      {scans.isSuccess && items.length === 0 && <Nothing>Not scanned yet.</Nothing>}
      <ol className={styles.history}>
        {items.map((scan) => (
          <li key={scan.id}>
            <span className={styles.scanWhen}>{formatAgo(scan.startedAt, nowMs)}</span>
            <span>
              {stateWords[scan.state]}: {describeScan(scan)}
              {scan.reason && <small>{scan.reason}</small>}
            </span>
          </li>
        ))}
      </ol>
      {scans.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          loading={scans.isFetchingNextPage}
          onClick={() => scans.fetchNextPage()}
        >
          Earlier scans
        </Button>
      )}
      <Skipped libraryId={libraryId} last={items[0]} />
    </div>
  )
}

function describeScan({ files, folders, added, changed, moved, missing }: ScanView): string {
  const changes = [
    [added, 'new'],
    [changed, 'changed'],
    [moved, 'moved'],
    [missing, 'missing'],
  ] as const
  const told = changes.filter(([count]) => count > 0).map(([count, word]) => `${formatCount(count)} ${word}`)
  return `${countOf(files, 'file')} in ${countOf(folders, 'folder')} · ${told.length > 0 ? told.join(', ') : 'nothing new'}`
}

function Skipped({ libraryId, last }: { libraryId: number; last: ScanView | undefined }) {
  const [isOpen, setOpen] = useState(false)
  const skipped = useInfiniteQuery({
    queryKey: ['skipped', libraryId],
    queryFn: ({ pageParam, signal }) =>
      callApi('listSkipped', { params: { id: libraryId }, query: { limit: 50, cursor: pageParam }, signal }),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor ?? undefined,
    enabled: isOpen,
  })
  const count = Object.values(last?.skipped ?? {}).reduce((sum, each) => sum + each, 0)
  if (count === 0) return null
  const items = skipped.data?.pages.flatMap((page) => page.items) ?? []
  return (
    <>
      <Button size="xs" variant="subtle" color="gray" onClick={() => setOpen(!isOpen)} aria-expanded={isOpen}>
        {isOpen ? 'Hide what was left out' : `${formatCount(count)} left out, and why`}
      </Button>
      {isOpen && skipped.isError && <Failure error={skipped.error} />}
      {isOpen && (
        <ul className={styles.skipped}>
          {items.map(({ path, reason }) => (
            <li key={`${reason} ${path}`}>
              <span>{path}</span>
              <small>{skipWords[reason]}</small>
            </li>
          ))}
        </ul>
      )}
      {isOpen && skipped.hasNextPage && (
        <Button
          size="xs"
          variant="subtle"
          color="gray"
          loading={skipped.isFetchingNextPage}
          onClick={() => skipped.fetchNextPage()}
        >
          More
        </Button>
      )}
    </>
  )
}
