import { useQuery } from '@tanstack/react-query'
import { jobSummaryQuery } from '../api/queries.ts'
import { formatCount } from '../ui/format-amount.ts'
import { Meter } from '../ui/meter.tsx'
import { Status } from '../ui/status-dot.tsx'
import styles from './dashboard.module.css'
import { describeWork, jobKindWords, shareDone } from './job-words.ts'
import { Failure, Nothing, Panel } from './panel.tsx'

/** The queue, one line for each kind of job. */
export function Work() {
  const summary = useQuery(jobSummaryQuery)
  return (
    <Panel title="Work">
      {summary.isError && !summary.data && <Failure error={summary.error} />}
      {summary.data?.kinds.length === 0 && <Nothing>No work has been asked for yet.</Nothing>}
      <ul className={styles.rows}>
        {summary.data?.kinds.map((kind) => {
          const state = describeWork(kind)
          const share = shareDone(kind)
          return (
            <li key={kind.kind} className={styles.work}>
              <div className={styles.workHead}>
                <h3>{jobKindWords[kind.kind]}</h3>
                <Status tone={state.tone}>{state.word}</Status>
              </div>
              {kind.queued + kind.leased > 0 && (
                <Meter
                  value={share ?? 0}
                  label={`${jobKindWords[kind.kind]}: done`}
                  isPaused={state.tone !== 'busy'}
                />
              )}
              <p className={styles.quiet}>
                <span>{state.detail}</span>
                <span>
                  {formatCount(kind.done)} done{kind.dead > 0 && ` · ${formatCount(kind.dead)} failed`}
                </span>
              </p>
            </li>
          )
        })}
      </ul>
    </Panel>
  )
}
