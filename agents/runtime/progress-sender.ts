import type { Progress } from '../../protocol/leases.ts'
import type { HeldJob } from './held-job.ts'
import type { Line } from './line/line.ts'

/** Screens show progress; nobody reads more than this. */
const INTERVAL_MS = 1_000
/** Jobs of one message. */
const MAX_JOBS = 256

/**
 * Tells the progress of running jobs: the first change at once, then what has changed, once in an interval.
 *
 * idle → pausing: a change was sent. pausing → idle: the interval went by and nothing had changed.
 */
export class ProgressSender {
  readonly #line: Line
  readonly #last = new WeakMap<HeldJob, Progress>()
  readonly #changed = new Set<HeldJob>()
  #pause: NodeJS.Timeout | undefined

  constructor(line: Line) {
    this.#line = line
  }

  /** @returns whether it has changed */
  report(job: HeldJob, progress: Progress): boolean {
    const last = this.#last.get(job)
    if (last && last.done === progress.done && last.total === progress.total) return false
    this.#last.set(job, progress)
    this.#changed.add(job)
    if (!this.#pause) this.#send()
    return true
  }

  stop(): void {
    clearTimeout(this.#pause)
    this.#changed.clear()
  }

  #send(): void {
    const jobs = [...this.#changed].map((job) => ({ ...job.ref, progress: this.#last.get(job)! }))
    this.#changed.clear()
    for (let at = 0; at < jobs.length; at += MAX_JOBS) this.#line.progress(jobs.slice(at, at + MAX_JOBS))
    this.#pause = setTimeout(() => {
      this.#pause = undefined
      if (this.#changed.size > 0) this.#send()
    }, INTERVAL_MS).unref()
  }
}
