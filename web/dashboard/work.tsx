import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { jobSummaryQuery } from '../api/queries.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import styles from './dashboard.module.css'
import { IdleKind, isIdle } from './idle-kind.tsx'
import { KindOfWork } from './kind-of-work.tsx'

/** The queue, one part for each kind of work; what rests comes last and is small. */
export function Work() {
  const summary = useQuery(jobSummaryQuery)
  const kinds = summary.data?.kinds ?? []
  return (
    <Panel
      title="Work"
      aside={
        <span className={styles.links}>
          <Link to="/understanding" className={styles.more}>
            Understanding
          </Link>
          <Link to="/jobs" className={styles.more}>
            All jobs
          </Link>
        </span>
      }
    >
      {summary.isError && <Failure error={summary.error} onRetry={() => void summary.refetch()} />}
      {summary.data?.kinds.length === 0 && <Nothing>No work has been asked for yet.</Nothing>}
      <ul className={styles.rows}>
        {kinds
          .filter((kind) => !isIdle(kind))
          .map((kind) => (
            <li key={kind.kind}>
              <KindOfWork known={kind} />
            </li>
          ))}
        {kinds.filter(isIdle).map((kind) => (
          <IdleKind key={kind.kind} kind={kind} />
        ))}
      </ul>
    </Panel>
  )
}
