import type { Logger } from 'pino'
import type { AgentSettings, CoordinatorMessage } from '../../protocol/agents.ts'
import type { Capability, OfferedCapability } from '../../protocol/capability.ts'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import { priorities } from '../../protocol/jobs.ts'
import type { Lease, LeaseRef } from '../../protocol/leases.ts'
import { CapabilityWork, isUrgent } from './capability-work.ts'
import { Changes } from './changes.ts'
import { GivenBackError, HeldJob } from './held-job.ts'
import type { HandlerTable } from './job-handler.ts'
import type { Line } from './line/line.ts'
import { reportBytes } from './report-bytes.ts'
import { giveBack, reportFailure } from './report-end.ts'
import { ReportQueue } from './report-queue.ts'
import type { JobOutcome } from './run-job.ts'
import { watchSilence } from './silence-watch.ts'
import { WorkAsker } from './work-asker.ts'

/** Stopping waits this long for running jobs before it gives them back. */
const FINISH_LIMIT_MS = 10_000
/** And this long for handlers to notice it, and for the last answers. */
const END_LIMIT_MS = 3_000

export type LeaseLoopOptions = {
  line: Line
  log: Logger
  offers: readonly OfferedCapability[]
  handlers: HandlerTable
  finishLimitMs?: number
  /** Runs a held job to its end. Never throws. */
  run: (job: HeldJob) => Promise<JobOutcome>
}

/**
 * Keeps this agent supplied with work, runs it and reports it.
 *
 * idle → working: `start()`. Asks for as many jobs as it has room for: with each report, after each hint and
 *   every few seconds.
 * working ⇄ draining: `drain()` gives back what has not begun and asks for nothing more.
 * working ⇄ yielding: `yield()` does the same for a person at this machine.
 * working ⇄ released: `releaseAll()` gives back what runs, too, and asks for nothing until `resume()`.
 * any → stopped: `stop()`; running jobs get ten seconds to finish, then they are aborted and given back.
 */
export class LeaseLoop {
  readonly #options: LeaseLoopOptions
  readonly #works: ReadonlyMap<Capability, CapabilityWork>
  readonly #asker: WorkAsker
  readonly #reports: ReportQueue
  /** By id; the newest holding of each job. */
  readonly #held = new Map<number, HeldJob>()
  readonly #running = new Set<HeldJob>()
  /** From their arrival until they are reported, given back or lost, and their handler has ended. */
  readonly #unfinished = new Set<HeldJob>()
  /** Nobody waits for answers any more. */
  readonly #over = new AbortController()
  readonly #changes = new Changes()
  #isDraining = false
  #isReleased = false
  #isYielding = false
  #isStopping = false
  #endWatch = () => {}

  constructor(options: LeaseLoopOptions) {
    const { line, log, offers } = options
    const { signal } = this.#over
    this.#options = options
    this.#works = new Map(offers.map((offer) => [offer.capability, new CapabilityWork(offer)]))
    this.#asker = new WorkAsker({
      line,
      log,
      signal,
      works: this.#works,
      countHeld: () => this.#unfinished.size,
      onQuiet: () => this.#changes.tell(),
      onUrgentAnswered: () => this.#reports.flush(),
    })
    this.#reports = new ReportQueue({
      line,
      log,
      signal,
      isSomebodyWaiting: () => this.#asker.isAskingUrgent || [...this.#unfinished].some(isUrgent),
      onLeave: (jobs) => {
        for (const job of jobs) this.#workOf(job).unsent -= 1
        return this.#asker.askWithReport()
      },
      onAnswered: (jobs, ask, refused) => {
        this.#letGo(jobs)
        this.#asker.answered(ask)
        if (refused > 0) this.#asker.ask()
      },
      onUnsendable: (jobs, ask, error) => {
        this.#asker.answered(ask)
        for (const job of jobs) void this.#fail(job, error)
      },
    })
  }

  start(): void {
    const { line, handlers } = this.#options
    line.on('leases', (leases) => this.#take(leases))
    line.on('lost', (leases) => this.#lose(leases))
    line.on('down', () => this.#changes.tell())
    const limitsMs = [...handlers.values()].map(({ contract }) => contract.silenceLimitMs)
    this.#endWatch = watchSilence(this.#running, limitsMs)
    this.#asker.start()
  }

  async stop(): Promise<void> {
    const reason = 'agent stops'
    this.#isStopping = true
    this.#asker.stop()
    this.#giveBackWaiting(reason)
    await this.#untilHeard(this.#options.finishLimitMs ?? FINISH_LIMIT_MS)
    await this.#giveBackRunning(reason)
    this.#over.abort()
    this.#endWatch()
  }

  /** There may be work. */
  hint({ capability, priority }: CoordinatorMessage<'work.available'> = {}): void {
    if (priority !== undefined && priority >= priorities.interactive) this.#asker.askUrgent(capability)
    else this.#asker.ask()
  }

  /** How many jobs its owner wants to run here at once; what waits beyond that is given back. */
  applySettings({ concurrency }: AgentSettings): void {
    for (const work of this.#works.values()) {
      work.setLimit(concurrency[work.capability])
      this.#arrange(work)
    }
    this.#asker.ask()
  }

  drain(drain: boolean): void {
    this.#isDraining = drain
    this.#obeyPause('agent drains')
  }

  /** Finishes what runs and takes no more while there is a reason for it; null ends that. */
  yield(reason: string | null): void {
    this.#isYielding = reason !== null
    this.#obeyPause(reason ?? '')
  }

  /** No job is here, and none on its way to or from here. */
  get isIdle(): boolean {
    return this.#unfinished.size === 0
  }

  /** Gives back everything, before this machine sleeps for example; resolves when it is done or nobody hears it. */
  async releaseAll(reason: string): Promise<void> {
    this.#isReleased = true
    this.#obeyPause(reason)
    await this.#giveBackRunning(reason)
  }

  resume(): void {
    this.#isReleased = false
    this.#obeyPause('')
  }

  get #takesNothing(): boolean {
    return this.#isDraining || this.#isYielding || this.#isReleased || this.#isStopping
  }

  #obeyPause(reason: string): void {
    this.#asker.isQuiet = this.#takesNothing
    if (this.#takesNothing) this.#giveBackWaiting(reason)
    else this.#asker.ask()
  }

  #take(leases: readonly Lease[]): void {
    for (const lease of leases) {
      // Leased anew while the run that lost it still ends: that one holds nothing any more.
      const before = this.#held.get(lease.jobId)
      if (before) this.#loseJob(before)
      const job = new HeldJob(lease, this.#options.handlers.get(lease.kind))
      this.#held.set(lease.jobId, job)
      this.#unfinished.add(job)
      const work = this.#works.get(lease.capability)
      if (work) work.add(job)
      else this.#refuse(job, `This agent offers no ${lease.capability}`)
    }
    if (this.#takesNothing) this.#giveBackWaiting('agent takes no more work')
    else for (const work of this.#works.values()) this.#arrange(work)
  }

  #refuse(job: HeldJob, reason: string): void {
    this.#options.log.warn({ jobId: job.lease.jobId, kind: job.lease.kind, reason }, 'refused a job')
    void this.#fail(job, new AppError('refused_by_agent', reason))
  }

  #arrange(work: CapabilityWork): void {
    this.#startWaiting(work)
    // Asked for before the settings changed.
    void this.#giveBack(work.takeSurplus(), 'agent runs fewer jobs now')
  }

  #startWaiting(work: CapabilityWork): void {
    if (this.#takesNothing) return
    for (let job = work.startNext(); job; job = work.startNext()) {
      const started = job
      this.#running.add(started)
      void this.#options.run(started).then((outcome) => this.#end(started, outcome))
    }
  }

  #end(job: HeldJob, outcome: JobOutcome): void {
    const work = this.#workOf(job)
    this.#running.delete(job)
    work.running -= 1
    this.#startWaiting(work)
    if (isUrgent(job)) this.#asker.askUrgent(work.capability)
    if (outcome.type === 'done') this.#report(job, outcome.result)
    else if (outcome.type === 'failed') void this.#fail(job, outcome.error)
    else if (outcome.type === 'givenBack') void this.#giveBack([job], outcome.reason)
    else {
      this.#letGo([job])
      this.#asker.ask()
    }
  }

  #report(job: HeldJob, result: unknown): void {
    try {
      this.#reports.add({ job, result, sizeBytes: reportBytes(job, result) })
      this.#workOf(job).unsent += 1
    } catch (error) {
      void this.#fail(job, error)
    }
  }

  async #fail(job: HeldJob, error: unknown): Promise<void> {
    await reportFailure({ ...this.#options, signal: this.#over.signal }, job, error)
    this.#letGo([job])
    this.#asker.ask()
  }

  #giveBackWaiting(reason: string): void {
    void this.#giveBack(
      [...this.#works.values()].flatMap((work) => work.takeWaiting()),
      reason,
    )
  }

  async #giveBack(jobs: readonly HeldJob[], reason: string): Promise<void> {
    if (jobs.length === 0) return
    // Stopping, and nobody to give them back to: their leases run out by themselves.
    const isHeard = !this.#isStopping || this.#options.line.isGreeted
    if (isHeard) await giveBack({ ...this.#options, signal: this.#over.signal }, jobs, reason)
    this.#letGo(jobs)
  }

  #lose(refs: readonly LeaseRef[]): void {
    for (const ref of refs) {
      const job = this.#held.get(ref.jobId)
      if (job?.isHolding(ref)) this.#loseJob(job)
    }
  }

  #loseJob(job: HeldJob): void {
    job.abort(new LeaseLostError(job.lease.jobId))
    if (this.#works.get(job.lease.capability)?.drop(job)) this.#letGo([job])
  }

  async #giveBackRunning(reason: string): Promise<void> {
    const { line, log } = this.#options
    for (const job of this.#running) job.abort(new GivenBackError(reason))
    const isHeard = () => (this.#unfinished.size === 0 && !this.#asker.isWaiting) || !line.isGreeted
    await this.#changes.until(() => this.#running.size === 0 && isHeard(), END_LIMIT_MS)
    const left = [...this.#running].filter((job) => this.#held.get(job.lease.jobId) === job)
    if (left.length === 0) return
    log.warn({ jobIds: left.map(({ ref }) => ref.jobId) }, 'these jobs do not stop; giving them back')
    void this.#giveBack(left, reason)
    await this.#untilHeard(END_LIMIT_MS)
  }

  #letGo(jobs: readonly HeldJob[]): void {
    for (const job of jobs) {
      if (this.#held.get(job.lease.jobId) === job) this.#held.delete(job.lease.jobId)
      this.#unfinished.delete(job)
    }
    if (jobs.some(isUrgent)) this.#reports.flush()
    this.#changes.tell()
  }

  /**
   * Until the coordinator knows the end of everything, as long as there is one: who stops everything may have ended
   * it first, and an agent that lingers would meet its successor.
   */
  #untilHeard(limitMs: number): Promise<void> {
    return this.#changes.until(() => this.#unfinished.size === 0 || !this.#options.line.isGreeted, limitMs)
  }

  #workOf(job: HeldJob): CapabilityWork {
    const work = this.#works.get(job.lease.capability)
    if (!work) throw new Error(`No ${job.lease.capability} is offered here`)
    return work
  }
}
