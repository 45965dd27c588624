import { Link } from '@tanstack/react-router'
import type { AgentView, JobView, LibraryView } from '../../protocol/fleet.ts'
import { errorWords } from '../ui/error-words.ts'
import { formatCount } from '../ui/format-amount.ts'
import { agentName, jobKindWords, stateOfJob } from '../ui/job-words.ts'
import { withLocalTimes } from '../ui/local-times.ts'
import { Meter } from '../ui/meter.tsx'
import { Status } from '../ui/status-dot.tsx'
import { describeTime, describeTries, shareOf } from './describe-job.ts'
import styles from './jobs.module.css'

type JobRowProps = {
  job: JobView
  nowMs: number
  agents: readonly AgentView[]
  library: LibraryView | undefined
}

/** One job in the list; the whole of it opens with a click. */
export function JobRow({ job, nowMs, agents, library }: JobRowProps) {
  const state = stateOfJob(job)
  const facts = [
    jobKindWords[job.kind],
    // A scan is about its library: its name stands above.
    library && library.name !== job.subject ? library.name : null,
    library?.paused ? 'library paused' : null,
    job.agentId === null ? null : agentName(agents, job.agentId),
    describeTries(job),
  ]
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <Link to="/jobs/$jobId" params={{ jobId: String(job.id) }} search={true} className={styles.subject}>
          {job.subject}
        </Link>
        <p className={styles.facts}>{facts.filter(Boolean).join(' · ')}</p>
        <Standing job={job} nowMs={nowMs} />
      </div>
      <div className={styles.when}>
        <Status tone={state.tone}>{state.word}</Status>
        <span>{describeTime(job, nowMs)}</span>
      </div>
    </li>
  )
}

/** How far it is, why it waits or why it failed. */
function Standing({ job, nowMs }: { job: JobView; nowMs: number }) {
  if (job.state === 'leased') {
    if (!job.progress) return null
    const { done, total } = job.progress
    return (
      <div className={styles.progress}>
        <Meter value={shareOf(job)} label={`${job.subject}: done`} />
        <span>{total ? `${formatCount(done)} of ${formatCount(total)}` : `${formatCount(done)} so far`}</span>
      </div>
    )
  }
  if (job.state === 'queued' && job.waitsFor) {
    return <p className={styles.reason}>{withLocalTimes(job.waitsFor, nowMs)}</p>
  }
  if (job.state === 'dead' && job.error) {
    return (
      <p className={styles.reason}>
        <strong>{errorWords[job.error.code].short}.</strong> {job.error.message}
      </p>
    )
  }
  return null
}
