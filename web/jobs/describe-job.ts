import type { JobView } from '../../protocol/fleet.ts'
import { formatAgo, formatSpan } from '../ui/format-when.ts'

/** Since when or for how long: `waits for 3 h`, `for 12 s`, `5 min ago, took 4 s`. */
export function describeTime(job: JobView, nowMs: number): string {
  const { state, createdAt, startedAt, finishedAt } = job
  if (state === 'queued') return `for ${formatSpan(nowMs - Date.parse(createdAt))}`
  if (state === 'leased') return `for ${formatSpan(nowMs - Date.parse(startedAt ?? createdAt))}`
  if (!finishedAt) return ''
  const ago = formatAgo(finishedAt, nowMs)
  if (state !== 'done' || !startedAt) return ago
  return `${ago}, took ${formatSpan(Date.parse(finishedAt) - Date.parse(startedAt))}`
}

/** `tried once`, `tried 3 times`, `try 2` while it runs; null as long as nothing has gone wrong. */
export function describeTries({ attempt, state }: Pick<JobView, 'attempt' | 'state'>): string | null {
  if (state === 'leased') return attempt > 1 ? `try ${attempt}` : null
  if (attempt === 0 || (state === 'done' && attempt === 1)) return null
  return attempt === 1 ? 'tried once' : `tried ${attempt} times`
}

/** Share that is done, 0 to 1; null while nobody knows the whole. */
export function shareOf({ progress }: Pick<JobView, 'progress'>): number | null {
  if (!progress?.total) return null
  return Math.min(1, progress.done / progress.total)
}
