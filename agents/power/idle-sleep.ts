import type { Logger } from 'pino'
import type { PowerReport } from '../../protocol/power.ts'
import type { LeaseLoop } from '../runtime/lease-loop.ts'
import type { Line } from '../runtime/line/line.ts'
import type { PowerReporter } from './power-reporter.ts'

/** A machine that is still awake so long after its sleep command did not fall asleep. */
const STILL_AWAKE_MS = 120_000

export type IdleSleepOptions = {
  line: Pick<Line, 'rest' | 'redial' | 'isGreeted'>
  loop: Pick<LeaseLoop, 'isIdle' | 'releaseAll' | 'resume'>
  log: Logger
  reporter: PowerReporter
  /** See `PowerConfig.sleep`; null: this machine is never put to sleep. */
  command: readonly string[] | null
  run: (command: readonly string[]) => Promise<string | null>
  /** How long nobody has touched this machine, in ms; null where that is not known. */
  inputIdleMs: () => Promise<number | null>
  /** A person uses the machine, or it needs a rest: no reason to sleep. */
  isYieldingToPerson: () => boolean
  /** When its owner lets it work again, where that is not now. */
  worksAgainAt: () => Date | undefined
  /** The lock on sleep is let go. */
  letSleep: () => void
  stillAwakeMs?: number
}

/**
 * Puts this machine to sleep when there is nothing to do, and stands aside when it sleeps for another reason.
 *
 * awake → falling asleep: idle for `afterMs`, `askToSleep()`, `suspend()`. Everything is given back first and the
 *   coordinator told, which may have work after all.
 * falling asleep → asleep: the line rests and the owner's command runs. Nothing is asked or said until the machine
 *   has been asleep and a new greeting is accepted.
 * asleep → awake: `greeted()`; `resume()`; the command failed; the machine is still awake after two minutes. Also at
 *   once, when it was greeted or resumed while it was still falling asleep.
 */
export class IdleSleep {
  readonly #options: IdleSleepOptions
  #state: 'awake' | 'falling asleep' | 'asleep' = 'awake'
  /** Without work; null: it does not sleep by itself. */
  #afterMs: number | null = null
  #idleMs = 0
  #asleepMs = 0
  #isAsked = false
  /** It was awake again before it had said everything. */
  #isOver = false

  constructor(options: IdleSleepOptions) {
    this.#options = options
  }

  set afterMs(afterMs: number | null) {
    this.#afterMs = afterMs
  }

  /** @param elapsedMs since the last one, while awake */
  tick(elapsedMs: number): void {
    const { line, loop, isYieldingToPerson } = this.#options
    if (this.#state === 'asleep') this.#watchSleep(elapsedMs)
    if (this.#state !== 'awake') return
    // One that went without a word would not be woken: it waits for its coordinator.
    const isIdle = loop.isIdle && line.isGreeted && !isYieldingToPerson()
    this.#idleMs = isIdle ? this.#idleMs + elapsedMs : 0
    if (this.#isAsked && loop.isIdle && line.isGreeted) void this.#sleepByCommand('asked')
    else if (this.#afterMs !== null && this.#idleMs >= this.#afterMs) void this.#sleepIdle(this.#afterMs)
  }

  /** A person asks for it elsewhere: as soon as nothing runs. */
  askToSleep(): void {
    if (this.#options.command) this.#isAsked = true
    else this.#options.log.warn('asked to sleep, but this machine’s configuration has no sleep command')
  }

  /** The system is about to sleep by itself. Resolves when everything is given back. */
  async suspend(): Promise<void> {
    if (this.#state === 'asleep') return
    await this.#fallAsleep('system')
  }

  /** The system is awake again. */
  resume(): void {
    if (this.#state === 'asleep') this.#wakeUp('this machine has slept', null)
    else this.#isOver = true
  }

  /** The coordinator has accepted who we are. */
  greeted(): void {
    this.#isOver = true
    if (this.#state !== 'asleep') return
    this.#state = 'awake'
    this.#idleMs = 0
    this.#options.reporter.wakeUp(null)
    this.#options.loop.resume()
  }

  async #sleepIdle(afterMs: number): Promise<void> {
    const { inputIdleMs } = this.#options
    const touchedMs = await inputIdleMs()
    // Whoever works here without any work of ours is not to be interrupted.
    if (touchedMs !== null && touchedMs < afterMs) this.#idleMs = Math.min(this.#idleMs, touchedMs)
    else if (this.#state === 'awake') await this.#sleepByCommand('idle')
  }

  async #sleepByCommand(because: 'idle' | 'asked'): Promise<void> {
    const { command, log, run, letSleep } = this.#options
    if (!command || !(await this.#fallAsleep(because))) return
    letSleep()
    log.info({ because }, 'nothing to do; this machine goes to sleep')
    const failure = await run(command)
    if (failure === null || this.#state !== 'asleep') return
    log.error({ reason: failure }, 'this machine could not be put to sleep')
    this.#wakeUp('this machine could not be put to sleep', failure)
  }

  /** @returns whether it is to sleep: the coordinator lets it, and it has not been asleep already */
  async #fallAsleep(because: NonNullable<PowerReport['because']>): Promise<boolean> {
    const { line, loop, reporter, worksAgainAt } = this.#options
    this.#state = 'falling asleep'
    this.#idleMs = 0
    this.#isAsked = false
    this.#isOver = false
    await loop.releaseAll('this machine goes to sleep')
    const stays = line.isGreeted && (await reporter.goToSleep(because, worksAgainAt()))
    if (stays && because === 'idle') {
      this.#state = 'awake'
      reporter.wakeUp(null)
      loop.resume()
      return false
    }
    this.#state = 'asleep'
    this.#asleepMs = 0
    line.rest()
    if (this.#isOver) this.#wakeUp('this machine has slept', null)
    return !this.#isOver
  }

  #watchSleep(elapsedMs: number): void {
    const { log, stillAwakeMs = STILL_AWAKE_MS } = this.#options
    this.#asleepMs += elapsedMs
    if (this.#asleepMs < stillAwakeMs) return
    const problem = `It was to sleep and is still awake after ${Math.round(stillAwakeMs / 1_000)} seconds`
    log.warn(problem)
    this.#wakeUp(problem, problem)
  }

  #wakeUp(reason: string, problem: string | null): void {
    const { line, loop, reporter } = this.#options
    this.#state = 'awake'
    this.#idleMs = 0
    reporter.wakeUp(problem)
    loop.resume()
    line.redial(reason)
  }
}
