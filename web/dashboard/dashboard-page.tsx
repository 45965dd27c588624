import { useLiveState } from '../api/services.ts'
import { Status } from '../ui/status-dot.tsx'
import styles from './dashboard.module.css'
import { FailedJobs } from './failed-jobs.tsx'
import { Libraries } from './libraries.tsx'
import { Machines } from './machines.tsx'
import { ProblemFiles } from './problem-files.tsx'
import { Work } from './work.tsx'

const liveWords = {
  connecting: { tone: 'quiet', text: 'Connecting…' },
  live: { tone: 'good', text: 'Live' },
  reconnecting: { tone: 'warn', text: 'Reconnecting…' },
} as const

/** What Hearth is doing, where, and what needs somebody. */
export function DashboardPage() {
  const live = liveWords[useLiveState()]
  return (
    <div className={styles.scroller}>
      <div className={styles.page}>
        <div className={styles.title}>
          <h1>Dashboard</h1>
          <Status tone={live.tone}>{live.text}</Status>
        </div>
        <Work />
        <Libraries />
        <Machines />
        <FailedJobs />
        <ProblemFiles />
      </div>
    </div>
  )
}
