import type { WakeEvent } from '../../protocol/power.ts'
import { countOf } from '../ui/format-amount.ts'
import { formatSpan } from '../ui/format-when.ts'
import { formatMoment } from '../ui/local-times.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './power.module.css'

const outcomes = {
  online: { tone: 'good', word: 'came back' },
  gave_up: { tone: 'bad', word: 'did not come back' },
  cancelled: { tone: 'quiet', word: 'no longer needed' },
} as const

/** Every wake that is remembered, newest first: why, and what came of it. */
export function WakeHistory({ history }: { history: readonly WakeEvent[] }) {
  const nowMs = useNow(30_000)
  return (
    <section className={styles.section}>
      <h2 className={styles.heading}>Wakes so far</h2>
      {history.length === 0 && <p className={styles.quiet}>It has not been woken by Hearth yet.</p>}
      <ol className={styles.history}>
        {history.map((wake) => (
          <li key={wake.startedAt}>
            <span className={styles.when}>{formatMoment(Date.parse(wake.startedAt), nowMs)}</span>
            <span>
              <strong data-tone={wake.outcome ? outcomes[wake.outcome].tone : 'busy'}>
                {wake.outcome ? outcomes[wake.outcome].word : 'is being called'}
              </strong>
              {wake.onlineMs !== null && ` in ${formatSpan(wake.onlineMs)}`}
              <small>
                {[describeCause(wake), countOf(wake.packets, 'call'), slept(wake)]
                  .filter(Boolean)
                  .join(' · ')}
              </small>
              {wake.message && <small>{wake.message}</small>}
            </span>
          </li>
        ))}
      </ol>
    </section>
  )
}

function describeCause({ cause, waiting, account }: WakeEvent): string {
  if (cause === 'work') return `${countOf(waiting, 'job')} waited`
  const who = account ?? 'somebody'
  return cause === 'test' ? `${who} tested it` : `${who} woke it`
}

function slept({ sleptMs }: WakeEvent): string | null {
  return sleptMs === null ? null : `had slept ${formatSpan(sleptMs)}`
}
