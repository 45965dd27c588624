import { Button, NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate, useSearch } from '@tanstack/react-router'
import { WriteBackState } from '../../protocol/edits.ts'
import { librariesQuery, writeBackCountsQuery } from '../api/queries.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { parseWriteBackFilter, type WriteBackFilter } from '../api/write-back-filter.ts'
import { writeBackWords } from '../ui/curation-words.ts'
import { countOf, formatCount } from '../ui/format-amount.ts'
import { Page } from '../ui/page.tsx'
import { useBulkWriteBacks } from './use-write-back-actions.ts'
import { WriteBackList } from './write-back-list.tsx'
import styles from './write-backs.module.css'

const intro =
  'What you enter is kept in Hearth at once. Where a library allows it, it is also written into a small sidecar file beside the picture, for other programs. The pictures themselves are never changed.'

/** What people have said about pictures, and whether the sidecars beside them say it too. */
export function WriteBacksPage() {
  const filter = useSearch({ from: '/app/write-backs' })
  return (
    <Page title="Write-backs" isPart intro={intro}>
      <Filters filter={filter} />
      <Bulk filter={filter} />
      <WriteBackList key={JSON.stringify(filter)} filter={filter} />
    </Page>
  )
}

function Filters({ filter }: { filter: WriteBackFilter }) {
  const navigate = useNavigate()
  const counts = useQuery(writeBackCountsQuery).data?.states ?? {}
  const libraries = useQuery(librariesQuery).data?.items ?? []
  return (
    <div className={styles.filters}>
      <nav aria-label="State" className={styles.states}>
        {[undefined, ...WriteBackState.options].map((state) => {
          const count = state && filter.libraryId === undefined ? (counts[state] ?? 0) : 0
          return (
            <Link
              key={state ?? 'all'}
              to="/write-backs"
              search={{ ...filter, state }}
              className={styles.stateLink}
              data-current={filter.state === state || undefined}
              aria-current={filter.state === state ? 'true' : undefined}
              activeOptions={{ exact: true }}
            >
              {state ? writeBackWords[state].word : 'All'}
              {count > 0 && <span> {formatCount(count)}</span>}
            </Link>
          )
        })}
      </nav>
      {libraries.length > 1 && (
        <NativeSelect
          size="xs"
          aria-label="Library"
          value={String(filter.libraryId ?? '')}
          onChange={(event) =>
            void navigate({
              to: '/write-backs',
              search: parseWriteBackFilter({ ...filter, libraryId: Number(event.currentTarget.value) }),
            })
          }
          data={[
            { value: '', label: 'Every library' },
            ...libraries.map(({ id, name }) => ({ value: String(id), label: name })),
          ]}
        />
      )}
    </div>
  )
}

/** What can be done with all of a state at once. */
function Bulk({ filter: { state, libraryId } }: { filter: WriteBackFilter }) {
  const isAdmin = useIsAdmin()
  const counts = useQuery(writeBackCountsQuery).data?.states ?? {}
  const { approve, retry } = useBulkWriteBacks()
  if (!isAdmin) return null
  const which = libraryId === undefined ? {} : { libraryId }
  const of = (count: number) => (libraryId === undefined ? countOf(count, 'picture') : 'all of this library')
  const waiting = counts.waiting_approval ?? 0
  const failed = counts.failed ?? 0
  return (
    <div className={styles.bulk}>
      {waiting > 0 && (state === undefined || state === 'waiting_approval') && (
        <Button size="xs" loading={approve.isPending} onClick={() => approve.mutate(which)}>
          Let all be written: {of(waiting)}
        </Button>
      )}
      {failed > 0 && state === 'failed' && (
        <Button size="xs" variant="default" loading={retry.isPending} onClick={() => retry.mutate(which)}>
          Try all again: {of(failed)}
        </Button>
      )}
    </div>
  )
}
