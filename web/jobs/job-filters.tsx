import { NativeSelect } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import type { ErrorCode } from '../../protocol/errors.ts'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import { JobKind, type JobState } from '../../protocol/jobs.ts'
import { type JobFilter, parseJobFilter } from '../api/job-filter.ts'
import { failuresQuery, jobSummaryQuery, librariesQuery } from '../api/queries.ts'
import { errorWords } from '../ui/error-words.ts'
import { formatCount } from '../ui/format-amount.ts'
import { jobKindWords, jobStateWords } from '../ui/job-words.ts'
import styles from './jobs.module.css'

const states: readonly JobState[] = ['leased', 'queued', 'dead', 'done', 'cancelled']

/** Which jobs the list shows. The choice stands in the address, so that it can be kept and sent. */
export function JobFilters({ filter }: { filter: JobFilter }) {
  const navigate = useNavigate()
  const kinds = useQuery(jobSummaryQuery).data?.kinds ?? []
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const change = (change: Record<string, unknown>) =>
    void navigate({ to: '/jobs', search: parseJobFilter({ ...filter, ...change }) })

  return (
    <div className={styles.filters}>
      <nav aria-label="State" className={styles.states}>
        <StateLink filter={filter} state={undefined} word="All" />
        {states.map((state) => (
          <StateLink
            key={state}
            filter={filter}
            state={state}
            word={jobStateWords[state].word}
            count={countOfState(kinds, filter, state)}
          />
        ))}
      </nav>
      <div className={styles.selects}>
        <NativeSelect
          size="xs"
          aria-label="Kind of work"
          value={filter.kind ?? ''}
          onChange={(event) => change({ kind: event.currentTarget.value })}
          data={[
            { value: '', label: 'Every kind of work' },
            ...JobKind.options.map((kind) => ({ value: kind, label: jobKindWords[kind] })),
          ]}
        />
        <ReasonSelect filter={filter} onChange={(code) => change({ code })} />
        {libraries.length > 0 && (
          <NativeSelect
            size="xs"
            aria-label="Library"
            value={String(filter.libraryId ?? '')}
            onChange={(event) => change({ libraryId: Number(event.currentTarget.value) })}
            data={[
              { value: '', label: 'Every library' },
              ...libraries.map(({ id, name, paused }) => ({
                value: String(id),
                label: paused ? `${name} (paused)` : name,
              })),
            ]}
          />
        )}
      </div>
    </div>
  )
}

type StateLinkProps = { filter: JobFilter; state: JobState | undefined; word: string; count?: number }

function StateLink({ filter, state, word, count }: StateLinkProps) {
  const isCurrent = filter.state === state
  const { code, ...rest } = filter
  // A reason is one for failing: it makes no sense beside another state.
  const search = { ...rest, state, ...(state === 'dead' || state === undefined ? { code } : {}) }
  return (
    <Link
      to="/jobs"
      search={search}
      className={styles.state}
      data-current={isCurrent || undefined}
      aria-current={isCurrent ? 'true' : undefined}
      // Without it “All” would count as current whatever is chosen.
      activeOptions={{ exact: true }}
    >
      {word}
      {count !== undefined && count > 0 && <span> {formatCount(count)}</span>}
    </Link>
  )
}

type ReasonSelectProps = { filter: JobFilter; onChange: (code: string) => void }

/** Only reasons that occur: a list of all that are possible would be a list of fears. */
function ReasonSelect({ filter, onChange }: ReasonSelectProps) {
  const failures = useQuery(failuresQuery).data?.items ?? []
  const codes = new Set<ErrorCode>(failures.map(({ code }) => code))
  if (filter.code) codes.add(filter.code)
  const isOther = filter.state !== undefined && filter.state !== 'dead'
  if (codes.size === 0 || isOther) return null
  return (
    <NativeSelect
      size="xs"
      aria-label="Reason"
      value={filter.code ?? ''}
      onChange={(event) => onChange(event.currentTarget.value)}
      data={[
        { value: '', label: 'Whatever the reason' },
        ...[...codes].map((code) => ({ value: code, label: errorWords[code].short })),
      ]}
    />
  )
}

/** Known only for what the summary counts, and not for finished jobs, which are counted longer than kept. */
function countOfState(
  kinds: readonly JobKindSummary[],
  { kind, code, libraryId }: JobFilter,
  state: JobState,
): number | undefined {
  if (code !== undefined || libraryId !== undefined || state === 'done' || state === 'cancelled')
    return undefined
  return kinds
    .filter((each) => kind === undefined || each.kind === kind)
    .reduce((sum, each) => sum + each[state], 0)
}
