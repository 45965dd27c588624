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

/** `tried once`, `tried 3 times`; null before the first try. */
export function describeTries({ attempt }: Pick<JobView, 'attempt'>): string | null {
  if (attempt === 0) return null
  return attempt === 1 ? 'tried once' : `tried ${attempt} times`
}

/** Share that is done, 0 to 1; null while nobody knows the whole. */
export function shareOf({ progress }: Pick<JobView, 'progress'>): number | null {
  if (!progress?.total) return null
  return Math.min(1, progress.done / progress.total)
}
