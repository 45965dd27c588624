import type { JobKindSummary } from '../../protocol/fleet.ts'
import { useIsAdmin } from '../api/use-session.ts'
import { jobKindWords } from '../ui/job-words.ts'
import { withLocalTimes } from '../ui/local-times.ts'
import { Meter } from '../ui/meter.tsx'
import { Status } from '../ui/status-dot.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { describeWork, shareDone } from './describe-work.ts'
import { KindLimit } from './kind-limit.tsx'
import { KindNumbers } from './kind-numbers.tsx'
import { PauseButton } from './pause-button.tsx'
import { useUpdateKind } from './use-update-kind.ts'

/** One kind of work: how it goes, why it waits, and how much of it may run. */
export function KindOfWork({ known }: { known: JobKindSummary }) {
  const isAdmin = useIsAdmin()
  const nowMs = useNow(30_000)
  const { kind, update } = useUpdateKind(known)
  const state = describeWork(kind)
  const title = jobKindWords[kind.kind]
  return (
    <div className={styles.work}>
      <div className={styles.workHead}>
        <div className={styles.nameAndState}>
          <h3>{title}</h3>
          <Status tone={state.tone}>{state.word}</Status>
        </div>
        {isAdmin && (
          <PauseButton
            isPaused={kind.paused}
            what={title}
            hint="What runs is finished, nothing new is started"
            onChange={(paused) => update({ paused })}
          />
        )}
      </div>
      {kind.queued + kind.leased > 0 && (
        <Meter value={shareDone(kind)} label={`${title}: done`} isPaused={state.tone !== 'busy'} />
      )}
      {state.why && <p className={styles.why}>{withLocalTimes(state.why, nowMs)}</p>}
      <KindNumbers kind={kind} />
      <KindLimit kind={kind} onChange={(maxRunning) => update({ maxRunning })} />
    </div>
  )
}
