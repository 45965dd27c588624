import type { AgentView, JobDetail } from '../../protocol/fleet.ts'
import { agentName } from '../ui/job-words.ts'
import { formatMoment } from '../ui/local-times.ts'
import { describeHistory } from './describe-history.ts'
import styles from './jobs.module.css'

type JobHistoryProps = { job: JobDetail; agents: readonly AgentView[]; nowMs: number }

/** The way of a job as a line through time: who, when, how long, why. */
export function JobHistory({ job, agents, nowMs }: JobHistoryProps) {
  const entries = describeHistory(job, agentName(agents, job.agentId), nowMs)
  return (
    <ol className={styles.history}>
      {entries.map((entry, at) => (
        // The past only grows at its end, so the place is the name.
        <li key={at} data-tone={entry.tone}>
          <p className={styles.event}>
            <strong>{entry.title}</strong>
            {entry.after && <span> {entry.after}</span>}
          </p>
          {entry.detail && <p className={styles.detail}>{entry.detail}</p>}
          <time dateTime={entry.at}>{formatMoment(Date.parse(entry.at), nowMs)}</time>
        </li>
      ))}
    </ol>
  )
}
