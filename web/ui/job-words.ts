import type { Capability } from '../../protocol/capability.ts'
import type { AgentView, JobView } from '../../protocol/fleet.ts'
import type { JobKind, JobState } from '../../protocol/jobs.ts'
import type { Tone } from './status-dot.tsx'

/** What a kind of job does, for people who do not know its name. */
export const jobKindWords: Record<JobKind, string> = {
  'library.scan': 'Look for new and changed files',
  'file.ingest': 'Read files and make previews',
  'sidecar.write': 'Write edits into sidecars',
  'sidecar.restore': 'Restore sidecars',
  'asset.detect': 'Find things in pictures',
  'asset.segment': 'Outline what was found',
  'asset.prompt': 'Outline what is pointed at',
  'asset.embed': 'Learn what pictures are about',
  'asset.faces': 'Find faces',
  'query.embed': 'Understand what is searched',
}

/** What one job of a kind is about. */
export const jobSubjectWords: Record<JobKind, string> = {
  'library.scan': 'scan',
  'file.ingest': 'file',
  'sidecar.write': 'edit',
  'sidecar.restore': 'sidecar',
  'asset.detect': 'picture',
  'asset.segment': 'picture',
  'asset.prompt': 'question',
  'asset.embed': 'picture',
  'asset.faces': 'picture',
  'query.embed': 'search',
}

export const capabilityWords: Record<Capability, string> = {
  scan: 'scan folders',
  ingest: 'read files',
  sidecar: 'write sidecars',
  detect: 'detect objects',
  segment: 'outline objects',
  embed: 'search by meaning',
  faces: 'find faces',
  query: 'understand what is searched',
}

export type StateWords = {
  tone: Tone
  word: string
  /** What the state means, in one sentence. */
  sentence: string
}

export const jobStateWords: Record<JobState, StateWords> = {
  queued: { tone: 'quiet', word: 'Waiting', sentence: 'It starts as soon as a machine has room for it.' },
  leased: { tone: 'busy', word: 'Running', sentence: 'A machine is working on it now.' },
  done: { tone: 'good', word: 'Done', sentence: 'It has worked; nothing more is needed.' },
  dead: {
    tone: 'bad',
    word: 'Failed',
    sentence: 'It did not work and is not tried again unless a person asks for it.',
  },
  cancelled: { tone: 'quiet', word: 'Cancelled', sentence: 'A person stopped it. It can be tried again.' },
}

export const setAside: StateWords = {
  tone: 'warn',
  word: 'Set aside',
  sentence: 'It is left alone, because it stops the machines that work on it. A person may try it again.',
}

/** A job that takes its machines down is told apart from one that only did not work. */
export function stateOfJob(job: Pick<JobView, 'state' | 'error'>): StateWords {
  if (job.state === 'dead' && job.error?.code === 'quarantined') return setAside
  return jobStateWords[job.state]
}

export const agentStates: Record<AgentView['state'], { tone: Tone; word: string }> = {
  online: { tone: 'good', word: 'Online' },
  draining: { tone: 'warn', word: 'Paused' },
  asleep: { tone: 'quiet', word: 'Asleep' },
  waking: { tone: 'busy', word: 'Waking up' },
  booting: { tone: 'busy', word: 'Starting' },
  unreachable: { tone: 'bad', word: 'Does not wake' },
  offline: { tone: 'quiet', word: 'Offline' },
}

/** `vault`, or what is left to say of a machine that is no longer known. */
export function agentName(agents: readonly Pick<AgentView, 'id' | 'name'>[], agentId: number | null): string {
  if (agentId === null) return 'no machine'
  return agents.find(({ id }) => id === agentId)?.name ?? 'a machine that was removed'
}
