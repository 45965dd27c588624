import { Button } from '@mantine/core'
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { librariesQuery, writeBacksQuery } from '../api/queries.ts'
import type { WriteBackFilter } from '../api/write-back-filter.ts'
import { writeBackWords } from '../ui/curation-words.ts'
import { Failure, Nothing } from '../ui/panel.tsx'
import { useNow } from '../ui/use-now.ts'
import { WriteBackRow } from './write-back-row.tsx'
import styles from './write-backs.module.css'

const PAGE_SIZE = 50

/** One page of write-backs. */
export function WriteBackList({ filter }: { filter: WriteBackFilter }) {
  // Where each page after the first begins; the last one is on screen.
  const [cursors, setCursors] = useState<readonly string[]>([])
  const list = useQuery({
    ...writeBacksQuery(filter, { cursor: cursors.at(-1), limit: PAGE_SIZE }),
    placeholderData: keepPreviousData,
  })
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const nowMs = useNow(30_000)
  const next = list.data?.nextCursor
  const items = list.data?.items ?? []
  return (
    <div aria-busy={list.isPlaceholderData}>
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      {list.isSuccess && items.length === 0 && <Nothing>{emptyWords(filter)}</Nothing>}
      <ul className={styles.rows}>
        {items.map((writeBack) => (
          <WriteBackRow
            key={writeBack.id}
            writeBack={writeBack}
            library={libraries.find(({ id }) => id === writeBack.libraryId)?.name}
            nowMs={nowMs}
          />
        ))}
      </ul>
      {(cursors.length > 0 || next) && (
        <nav className={styles.pager} aria-label="Pages of write-backs">
          <Button
            size="xs"
            variant="default"
            disabled={cursors.length === 0}
            onClick={() => setCursors(cursors.slice(0, -1))}
          >
            Back
          </Button>
          <span>Page {cursors.length + 1}</span>
          <Button
            size="xs"
            variant="default"
            disabled={!next || list.isPlaceholderData}
            onClick={() => next && setCursors([...cursors, next])}
          >
            More
          </Button>
        </nav>
      )}
    </div>
  )
}

function emptyWords({ state, libraryId }: WriteBackFilter): string {
  if (state) return `None is in this state: ${writeBackWords[state].word.toLowerCase()}.`
  return libraryId === undefined
    ? 'Nobody has entered anything yet. Rate or describe a picture, and it appears here.'
    : 'Nobody has entered anything in this library yet.'
}
