import type { Logger } from 'pino'
import { isUrgent } from './capability-work.ts'
import type { HeldJob } from './held-job.ts'
import { type Line, UnsendableError } from './line/line.ts'
import { takeBatch } from './take-batch.ts'
import type { Ask } from './work-asker.ts'

export type Report = {
  job: HeldJob
  result: unknown
  /** As JSON, with the job's log lines. */
  sizeBytes: number
}

export type ReportQueueOptions = {
  line: Line
  log: Logger
  signal: AbortSignal
  /** Somebody waits for an urgent job that is on its way here, or here: other results get in its way. */
  isSomebodyWaiting: () => boolean
  /** Called as these leave; gives what to ask for in the same message. */
  onLeave: (jobs: HeldJob[]) => Ask
  /** They are off this agent's hands, whatever the answer was. */
  onAnswered: (jobs: HeldJob[], ask: Ask, refused: number) => void
  /** A result among theirs is no data, by a fault in its handler. */
  onUnsendable: (jobs: HeldJob[], ask: Ask, error: UnsendableError) => void
}

/**
 * Results on their way to the coordinator, several in one message.
 *
 * Results of one tick leave together at its end, without waiting for more. While a message is in flight the
 * results that become ready wait for its answer and then leave together; an urgent one waits for nobody and travels
 * alone, and as long as somebody waits for one the others stay here, because the coordinator's database would be busy with
 * them. Results whose leases were lost meanwhile are refused by the line itself.
 */
export class ReportQueue {
  readonly #options: ReportQueueOptions
  readonly #urgent: Report[] = []
  readonly #ready: Report[] = []
  #isScheduled = false
  #inFlight = 0

  constructor(options: ReportQueueOptions) {
    this.#options = options
  }

  add(report: Report): void {
    if (isUrgent(report.job)) this.#urgent.push(report)
    else this.#ready.push(report)
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.flush()
    })
  }

  /** Sends what may leave; to be called when nobody waits any more. */
  flush(): void {
    for (let batch = this.#takeBatch(); batch.length > 0; batch = this.#takeBatch()) {
      this.#inFlight += 1
      void this.#send(batch).finally(() => {
        this.#inFlight -= 1
        this.flush()
      })
    }
  }

  #takeBatch(): Report[] {
    if (this.#urgent.length > 0) return takeBatch(this.#urgent)
    return this.#inFlight > 0 || this.#options.isSomebodyWaiting() ? [] : takeBatch(this.#ready)
  }

  async #send(batch: Report[]): Promise<void> {
    const { line, log, signal, onLeave, onAnswered, onUnsendable } = this.#options
    const jobs = batch.map(({ job }) => job)
    const ask = onLeave(jobs)
    let refusedCount = 0
    try {
      const message = { jobs: batch.map(({ job, result }) => ({ ...job.ref, result })), slots: ask.slots }
      const { refused } = await line.request('job.complete', message, signal)
      for (const { jobId, error } of refused) {
        const lost = error.code === 'lease_lost'
        const sentence = lost ? 'the lease is gone; dropping the job' : 'the coordinator refused a result'
        log[lost ? 'warn' : 'error']({ jobId, code: error.code, reason: error.message }, sentence)
      }
      refusedCount = refused.length
    } catch (error) {
      if (error instanceof UnsendableError) return onUnsendable(jobs, ask, error)
      if (!signal.aborted) log.warn({ err: error }, 'could not report the end of jobs')
    }
    onAnswered(jobs, ask, refusedCount)
  }
}
