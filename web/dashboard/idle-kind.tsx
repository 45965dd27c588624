import type { JobKindSummary } from '../../protocol/fleet.ts'
import { formatCount } from '../ui/format-amount.ts'
import { jobKindWords } from '../ui/job-words.ts'
import styles from './dashboard.module.css'
import { KindOfWork } from './kind-of-work.tsx'

/** Whether there is nothing to see of a kind, and nothing that somebody has set. */
export function isIdle({ queued, leased, dead, paused, maxRunning }: JobKindSummary): boolean {
  return queued + leased + dead === 0 && !paused && maxRunning === null
}

/** A kind of work that rests: one line, which opens. */
export function IdleKind({ kind }: { kind: JobKindSummary }) {
  return (
    <li className={styles.idle}>
      <details>
        <summary>
          <span>{jobKindWords[kind.kind]}</span>
          <small>{kind.done === 0 ? 'Nothing so far' : `Idle, ${formatCount(kind.done)} done`}</small>
        </summary>
        <KindOfWork known={kind} />
      </details>
    </li>
  )
}
