import { LiveStatus } from '../ui/live-status.tsx'
import styles from './dashboard.module.css'
import { Failures } from './failures.tsx'
import { Libraries } from './libraries.tsx'
import { Machines } from './machines.tsx'
import { ProblemFiles } from './problem-files.tsx'
import { Work } from './work.tsx'

/** What Hearth is doing, where, and what needs somebody. */
export function DashboardPage() {
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <div className={styles.title}>
          <h1>Dashboard</h1>
          <LiveStatus />
        </div>
        <Work />
        <Failures />
        <Libraries />
        <Machines />
        <ProblemFiles />
      </div>
    </div>
  )
}
