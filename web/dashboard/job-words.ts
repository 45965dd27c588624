import type { Capability } from '../../protocol/capability.ts'
import type { AgentView, JobKindSummary } from '../../protocol/fleet.ts'
import type { JobKind } from '../../protocol/jobs.ts'
import { countOf, formatEta, formatRate } from '../ui/format-amount.ts'
import type { Tone } from '../ui/status-dot.tsx'

/** What a kind of job does, for people who do not know its name. */
export const jobKindWords: Record<JobKind, string> = {
  'library.scan': 'Look for new and changed files',
  'file.ingest': 'Read files and make previews',
}

export const capabilityWords: Record<Capability, string> = {
  scan: 'scan folders',
  ingest: 'read files',
  sidecar: 'write sidecars',
  detect: 'detect objects',
  segment: 'outline objects',
  embed: 'search by meaning',
  faces: 'find faces',
}

/** Share of a kind's jobs that need nothing more; null when there are none. */
export function shareDone({ queued, leased, done, dead }: JobKindSummary): number | null {
  const all = queued + leased + done + dead
  return all === 0 ? null : (done + dead) / all
}

export type WorkState = { tone: Tone; word: string; detail: string }

/** How it goes with one kind of job: idle, working, or waiting and for what. */
export function describeWork(summary: JobKindSummary): WorkState {
  const { queued, leased, perSecond, etaSeconds, waitsFor } = summary
  if (queued + leased === 0) return { tone: 'quiet', word: 'Idle', detail: 'Nothing to do' }
  if (waitsFor && leased === 0)
    return { tone: 'warn', word: 'Waiting', detail: waitsFor.charAt(0).toUpperCase() + waitsFor.slice(1) }
  const parts = [`${countOf(queued, 'job')} waiting`, `${leased} running`]
  if (perSecond > 0) parts.push(formatRate(perSecond))
  if (etaSeconds !== null) parts.push(formatEta(etaSeconds))
  return { tone: 'busy', word: 'Working', detail: parts.join(' · ') }
}

export const agentStates: Record<AgentView['state'], { tone: Tone; word: string }> = {
  online: { tone: 'good', word: 'Online' },
  draining: { tone: 'warn', word: 'Draining' },
  offline: { tone: 'quiet', word: 'Offline' },
}
