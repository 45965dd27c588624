import type { TaskView } from '../../protocol/detections.ts'
import { formatCount, formatEta } from '../ui/format-amount.ts'
import { taskWords } from './task-words.ts'

type Coverage = Pick<TaskView, 'task' | 'total' | 'done' | 'open' | 'etaSeconds' | 'inUse'>

/** `41,200 of 50,000 learned, about 3 h left` */
export function describeCoverage({ task, total, done, open, etaSeconds, inUse }: Coverage): string {
  if (total === 0) return 'No picture has a preview yet.'
  if (inUse === null) return `${formatCount(total)} pictures wait for a model.`
  const far = `${formatCount(done)} of ${formatCount(total)} ${taskWords[task].done}`
  if (done >= total && open === 0) return `All ${formatCount(total)} ${taskWords[task].done}.`
  if (open === 0) return `${far}.`
  return etaSeconds === null ? `${far}, more is queued.` : `${far}, ${formatEta(etaSeconds)} left.`
}

/** Pictures that the model in use has not seen yet. */
export function missingOf({ total, done }: Pick<TaskView, 'total' | 'done'>): number {
  return Math.max(0, total - done)
}
