import { AsyncLocalStorage } from 'node:async_hooks'

/**
 * The look that a run of a session belongs to. Families know nothing of it: what runs on their behalf finds it here.
 */
export type RunningTask = {
  id: number
  /** Somebody waits for it: before all others. */
  isUrgent: boolean
  /** Never in one batch with others: it may be the one that ended the process. */
  isAlone: boolean
  /** Nobody waits any more: what has not begun is not run. */
  isCancelled: boolean
  /** Its share of the runs so far, in ms; without the time that it waited for its turn. */
  inferMs: number
  /** Of its last run. */
  provider: string
  /** Of its largest run. */
  batch: number
}

const storage = new AsyncLocalStorage<RunningTask>()

export function withTask<T>(task: RunningTask, work: () => Promise<T>): Promise<T> {
  return storage.run(task, work)
}

export function requireTask(): RunningTask {
  const task = storage.getStore()
  if (task === undefined) throw new Error('A session runs within a task only')
  return task
}
