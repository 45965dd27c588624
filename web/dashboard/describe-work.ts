import type { JobKindSummary } from '../../protocol/fleet.ts'
import { asSentence } from '../ui/as-sentence.ts'
import { countOf } from '../ui/format-amount.ts'
import { jobSubjectWords } from '../ui/job-words.ts'
import type { Tone } from '../ui/status-dot.tsx'

/** Share of a kind's jobs that need nothing more; null when there are none. */
export function shareDone({ queued, leased, done, dead }: JobKindSummary): number | null {
  const all = queued + leased + done + dead
  return all === 0 ? null : (done + dead) / all
}

export type WorkState = {
  tone: Tone
  word: string
  /** Why it is so, where that is not plain; one sentence. */
  why: string | null
}

/** How it goes with one kind of work: paused by a person, idle, waiting and for what, or under way. */
export function describeWork(summary: JobKindSummary): WorkState {
  const { queued, leased, paused } = summary
  const waitsFor = summary.waitsFor && sayHowMany(summary.waitsFor, summary)
  if (paused) {
    const rest = 'Nothing new is started until it is resumed; what is added meanwhile waits.'
    const why = leased > 0 ? `What runs now is finished first. ${rest}` : rest
    return { tone: 'warn', word: leased > 0 ? 'Pausing' : 'Paused', why }
  }
  if (queued + leased === 0) return { tone: 'quiet', word: 'Idle', why: null }
  if (leased === 0 && waitsFor) return { tone: 'warn', word: 'Waiting', why: asSentence(waitsFor) }
  if (leased === 0) return { tone: 'busy', word: 'Starting', why: null }
  return { tone: 'busy', word: 'Working', why: waitsFor && asSentence(waitsFor) }
}

/** `Waits for a machine …` → `1,240 files wait for a machine …` */
function sayHowMany(waitsFor: string, { kind, queued }: JobKindSummary): string {
  const who = countOf(queued, jobSubjectWords[kind])
  return waitsFor.replace(/^waits for /i, `${who} ${queued === 1 ? 'waits' : 'wait'} for `)
}
