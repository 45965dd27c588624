import type { WorkStatus } from '../../coordinator/fleet/work-status.ts'

/** The live line of `npm start`: `1,204 found · 312 read · 2 failed · 21.4 files/s · about 2 min left`. */
export function progressText(status: WorkStatus): string {
  const count = (value: number) => value.toLocaleString('en-US')
  const parts = [`${count(status.found)} found`, `${count(status.ingested)} read`]
  if (status.failed > 0) parts.push(`${count(status.failed)} failed`)
  if (status.idle) {
    parts.push('all done')
    return parts.join(' · ')
  }
  if (status.perSecond > 0) parts.push(`${status.perSecond.toFixed(1)} files/s`)
  if (status.scanning) parts.push('still scanning')
  else if (status.etaSeconds !== null) parts.push(`${duration(status.etaSeconds)} left`)
  if (status.waitsFor !== null) parts.push(status.waitsFor)
  return parts.join(' · ')
}

function duration(seconds: number): string {
  if (seconds < 60) return `about ${Math.max(1, Math.round(seconds))} s`
  if (seconds < 5_400) return `about ${Math.round(seconds / 60)} min`
  return `about ${(seconds / 3_600).toFixed(1)} h`
}
