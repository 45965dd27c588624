import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { jobSummaryQuery } from '../api/queries.ts'
import { Failure, Nothing, Panel } from '../ui/panel.tsx'
import styles from './dashboard.module.css'
import { KindOfWork } from './kind-of-work.tsx'

/** The queue, one part for each kind of work. */
export function Work() {
  const summary = useQuery(jobSummaryQuery)
  return (
    <Panel
      title="Work"
      aside={
        <Link to="/jobs" className={styles.more}>
          All jobs
        </Link>
      }
    >
      {summary.isError && <Failure error={summary.error} onRetry={() => void summary.refetch()} />}
      {summary.data?.kinds.length === 0 && <Nothing>No work has been asked for yet.</Nothing>}
      <ul className={styles.rows}>
        {summary.data?.kinds.map((kind) => (
          <KindOfWork key={kind.kind} known={kind} />
        ))}
      </ul>
    </Panel>
  )
}
