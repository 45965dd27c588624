import { Link } from '@tanstack/react-router'
import type { JobView } from '../../protocol/fleet.ts'
import { countOf } from '../ui/format-amount.ts'
import { Meter } from '../ui/meter.tsx'
import styles from './dashboard.module.css'

const SHOWN = 3

/** What a machine works on now: the first few by name, the rest by number. */
export function RunningJobs({ jobs, machine }: { jobs: readonly JobView[]; machine: string }) {
  if (jobs.length === 0) return null
  return (
    <ul className={styles.running} aria-label={`Runs now on ${machine}`}>
      {jobs.slice(0, SHOWN).map((job) => (
        <li key={job.id}>
          <Link to="/jobs/$jobId" params={{ jobId: String(job.id) }} search={{ state: 'leased' }}>
            {job.subject}
          </Link>
          {job.progress?.total && (
            <Meter value={Math.min(1, job.progress.done / job.progress.total)} label={job.subject} />
          )}
        </li>
      ))}
      {jobs.length > SHOWN && (
        <li>
          <Link to="/jobs" search={{ state: 'leased' }}>
            {countOf(jobs.length - SHOWN, 'more', 'more')}
          </Link>
        </li>
      )}
    </ul>
  )
}
