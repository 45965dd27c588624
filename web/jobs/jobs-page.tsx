import { Link, Outlet, useSearch } from '@tanstack/react-router'
import { LiveStatus } from '../ui/live-status.tsx'
import { JobFilters } from './job-filters.tsx'
import { JobList } from './job-list.tsx'
import styles from './jobs.module.css'

/** Every job there is, by what it is and how it goes; one of them opens beside the list. */
export function JobsPage() {
  const filter = useSearch({ from: '/app/jobs' })
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <div className={styles.title}>
          <div>
            <Link to="/dashboard" className={styles.back}>
              Dashboard
            </Link>
            <h1>Jobs</h1>
          </div>
          <LiveStatus />
        </div>
        <JobFilters filter={filter} />
        <JobList key={JSON.stringify(filter)} filter={filter} />
      </div>
      <Outlet />
    </div>
  )
}
