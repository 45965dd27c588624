import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import type { ReactNode } from 'react'
import type { JobDetail } from '../../protocol/fleet.ts'
import { agentsQuery, librariesQuery } from '../api/queries.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { errorWords } from '../ui/error-words.ts'
import { formatCount } from '../ui/format-amount.ts'
import { agentName, jobKindWords, stateOfJob } from '../ui/job-words.ts'
import { formatMoment, withLocalTimes } from '../ui/local-times.ts'
import { Meter } from '../ui/meter.tsx'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import { describeTime, describeTries, shareOf } from './describe-job.ts'
import { JobButtons } from './job-buttons.tsx'
import { JobHistory } from './job-history.tsx'
import { JobLog } from './job-log.tsx'
import styles from './jobs.module.css'

/** Everything that is known about one job: how it is, what happened to it, and what it said. */
export function JobSheet({ job }: { job: JobDetail }) {
  const agents = useQuery(agentsQuery).data?.items ?? []
  const libraries = useQuery(librariesQuery).data?.items ?? []
  const nowMs = useNow(job.state === 'leased' ? 1_000 : 30_000)
  const state = stateOfJob(job)
  const library = libraries.find(({ id }) => id === job.libraryId)
  const tries = describeTries(job)
  return (
    <>
      <div className={styles.standing}>
        <Status tone={state.tone}>{state.word}</Status>
        <span>{describeTime(job, nowMs)}</span>
      </div>
      <p className={styles.sentence}>
        {job.state === 'queued' && job.waitsFor
          ? withLocalTimes(asSentence(job.waitsFor), nowMs)
          : state.sentence}
      </p>
      {job.state === 'leased' && job.progress && (
        <div className={styles.progress}>
          <Meter value={shareOf(job)} label="Done" />
          <span>
            {formatCount(job.progress.done)}
            {job.progress.total ? ` of ${formatCount(job.progress.total)}` : ' so far'}
          </span>
        </div>
      )}
      {job.error && job.state !== 'done' && (
        <div className={styles.error} data-tone={job.state === 'dead' ? state.tone : undefined}>
          <strong>{errorWords[job.error.code].short}</strong>
          <p>{job.error.message}</p>
          {job.state === 'dead' && errorWords[job.error.code].advice && (
            <p className={styles.advice}>{errorWords[job.error.code].advice}</p>
          )}
        </div>
      )}
      <JobButtons job={job} />
      <dl className={styles.about}>
        <About word="Work">{jobKindWords[job.kind]}</About>
        {library && (
          <About word="Library">{library.paused ? `${library.name} (paused)` : library.name}</About>
        )}
        {job.assetId !== null && (
          <About word="Picture">
            <Link to="/assets/$assetId" params={{ assetId: String(job.assetId) }}>
              Show it
            </Link>
          </About>
        )}
        {job.agentId !== null && <About word="Machine">{agentName(agents, job.agentId)}</About>}
        {tries && <About word="Tries">{tries.charAt(0).toUpperCase() + tries.slice(1)}</About>}
        <About word="Asked for">{formatMoment(Date.parse(job.createdAt), nowMs)}</About>
        <About word="Number">{job.id}</About>
      </dl>
      <h2 className={styles.heading}>What happened</h2>
      <JobHistory job={job} agents={agents} nowMs={nowMs} />
      <h2 className={styles.heading}>Log</h2>
      <JobLog job={job} />
    </>
  )
}

function About({ word, children }: { word: string; children: ReactNode }) {
  return (
    <div>
      <dt>{word}</dt>
      <dd>{children}</dd>
    </div>
  )
}
