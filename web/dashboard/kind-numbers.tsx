import { Link } from '@tanstack/react-router'
import type { JobKindSummary } from '../../protocol/fleet.ts'
import type { JobState } from '../../protocol/jobs.ts'
import { formatCount, formatEta, formatRate } from '../ui/format-amount.ts'
import { formatSpan } from '../ui/format-when.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './dashboard.module.css'
import { Fact } from './fact.tsx'

/** What a kind of work comes to; numbers of jobs lead to the jobs. */
export function KindNumbers({ kind }: { kind: JobKindSummary }) {
  const nowMs = useNow(30_000)
  const { queued, leased, done, dead, paused, perSecond, etaSeconds, oldestAt } = kind
  return (
    <dl className={styles.numbers}>
      <Count kind={kind} state="queued" count={queued} word="waiting" />
      <Count kind={kind} state="leased" count={leased} word="running" />
      <Count kind={kind} state="done" count={done} word="done" />
      <Count kind={kind} state="dead" count={dead} word="failed" isBad />
      {perSecond > 0 && (
        <Fact word="rate" isWide>
          {formatRate(perSecond)}
        </Fact>
      )}
      {etaSeconds !== null && queued + leased > 0 && !paused && (
        <Fact word="time left" isWide>
          {formatEta(etaSeconds)}
        </Fact>
      )}
      {oldestAt && queued > 0 && (
        <Fact word="oldest waits for" isWide>
          {formatSpan(nowMs - Date.parse(oldestAt))}
        </Fact>
      )}
    </dl>
  )
}

type CountProps = { kind: JobKindSummary; state: JobState; count: number; word: string; isBad?: boolean }

function Count({ kind, state, count, word, isBad }: CountProps) {
  const text = formatCount(count)
  return (
    <Fact word={word} isBad={isBad && count > 0}>
      {count === 0 ? (
        text
      ) : (
        <Link to="/jobs" search={{ kind: kind.kind, state }}>
          {text}
        </Link>
      )}
    </Fact>
  )
}
