import type { JobDetail, JobEvent } from '../../protocol/fleet.ts'
import { errorWords } from '../ui/error-words.ts'
import { formatSpan } from '../ui/format-when.ts'
import type { Tone } from '../ui/status-dot.tsx'

export type HistoryEntry = {
  at: string
  tone: Tone
  /** What happened, and who did it: `Given back by vault`. */
  title: string
  /** How long somebody had worked on it: `after 12 s`. */
  after: string | null
  /** Why. */
  detail: string | null
}

type EventWords = { tone: Tone; title: (machine: string) => string; detail?: string }

const events: Record<JobEvent['event'], EventWords> = {
  done: { tone: 'good', title: (machine) => `Done by ${machine}` },
  failed: { tone: 'bad', title: (machine) => `Did not work on ${machine}` },
  lost: {
    tone: 'warn',
    title: (machine) => `Nothing more was heard from ${machine}`,
    detail: 'It was cut off or slept. The job went back to the queue and is not blamed for it.',
  },
  died: {
    tone: 'bad',
    title: (machine) => `The program on ${machine} ended while working on it`,
    detail: 'The job went back to the queue.',
  },
  released: { tone: 'quiet', title: (machine) => `Given back by ${machine}` },
  quarantined: {
    tone: 'warn',
    title: () => 'Set aside',
    detail: 'Again and again the machine stopped while working on it.',
  },
  cancelled: { tone: 'quiet', title: () => 'Cancelled' },
  replayed: { tone: 'quiet', title: () => 'Asked to be tried again' },
  superseded: {
    tone: 'quiet',
    title: () => 'No longer needed',
    detail: 'A later job about the same thing worked.',
  },
}

/** The way of a job from its making until now, oldest first. */
export function describeHistory(job: JobDetail, machine: string, nowMs: number): HistoryEntry[] {
  const made = { at: job.createdAt, tone: 'quiet' as const, title: 'Asked for', after: null, detail: null }
  const entries = [made, ...job.history.map(describeEvent)]
  if (job.state !== 'leased' || !job.startedAt) return entries
  const after = `for ${formatSpan(nowMs - Date.parse(job.startedAt))}`
  return [...entries, { at: job.startedAt, tone: 'busy', title: `Runs on ${machine}`, after, detail: null }]
}

function describeEvent(event: JobEvent): HistoryEntry {
  const { tone, title, detail } = events[event.event]
  const who = event.account === null ? '' : ` by ${event.account}`
  const why = [event.code && `${errorWords[event.code].short}.`, event.message].filter(Boolean).join(' ')
  return {
    at: event.at,
    tone,
    title: title(event.agent ?? 'a machine') + who,
    after: event.leasedAt && `after ${formatSpan(Date.parse(event.at) - Date.parse(event.leasedAt))}`,
    detail: (event.event === 'quarantined' ? null : why) || detail || null,
  }
}
