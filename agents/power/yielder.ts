import type { Logger } from 'pino'
import type { PowerConfig } from '../../config/power-config.ts'
import { wallTimeOf } from '../../protocol/day-window.ts'
import type { LeaseLoop } from '../runtime/lease-loop.ts'
import { mayWork, type UseFacts, type Yields } from './may-work.ts'

const INTERVAL_MS = 5_000

export type YielderOptions = {
  loop: Pick<LeaseLoop, 'yield' | 'releaseAll' | 'resume'>
  log: Logger
  rules: Pick<PowerConfig, 'worksBetween' | 'yield' | 'limits'>
  readFacts: () => Promise<UseFacts>
  onChange: (yields: Yields | null) => void
  now?: () => Date
  intervalMs?: number
}

/**
 * Takes no work while a person, other programs or the machine itself come first.
 *
 * working → yielding: a rule says so; looked at every five seconds. Running jobs are finished, or given back when
 *   `graceSeconds` are over. yielding → working: no rule does any more. Any → over: `stop()`.
 */
export class Yielder {
  readonly #options: YielderOptions
  #timer: NodeJS.Timeout | undefined
  #grace: NodeJS.Timeout | undefined
  #yields: Yields | null = null
  #isOver = false

  constructor(options: YielderOptions) {
    this.#options = options
  }

  get yields(): Yields | null {
    return this.#yields
  }

  /** Nothing is taken before the first look. */
  start(): void {
    if (!hasRules(this.#options.rules)) return
    this.#options.loop.yield('it looks first whether somebody uses this machine')
    void this.#look(true)
  }

  stop(): void {
    this.#isOver = true
    clearTimeout(this.#timer)
    clearTimeout(this.#grace)
  }

  async #look(isFirst: boolean): Promise<void> {
    const { loop, log, rules, readFacts, onChange, now = () => new Date(), intervalMs } = this.#options
    const yields = mayWork(await readFacts(), rules, wallTimeOf(now()), this.#yields)
    if (this.#isOver) return
    const isNew = isFirst || yields?.reason !== this.#yields?.reason
    const hasBegun = yields !== null && (this.#yields === null || isFirst)
    this.#yields = yields
    if (isNew) {
      loop.yield(yields?.reason ?? null)
      onChange(yields)
      if (yields === null) clearTimeout(this.#grace)
      if (hasBegun) log.info({ reason: yields.reason }, 'takes no work for now')
    }
    if (hasBegun) this.#giveGrace(yields.reason)
    this.#timer = setTimeout(() => void this.#look(false), intervalMs ?? INTERVAL_MS)
    this.#timer.unref()
  }

  #giveGrace(reason: string): void {
    const { loop, rules } = this.#options
    if (rules.yield.graceSeconds === null) return
    this.#grace = setTimeout(() => {
      // It still yields: nothing is asked for when the release is over.
      void loop.releaseAll(reason).then(() => loop.resume())
    }, rules.yield.graceSeconds * 1_000)
    this.#grace.unref()
  }
}

function hasRules({
  worksBetween,
  yield: limits,
  limits: { temperatureC, gpuMemoryMb },
}: YielderOptions['rules']) {
  const { inputIdleMinutes, cpuPercent, gpuPercent } = limits
  return (
    worksBetween.length > 0 ||
    [inputIdleMinutes, cpuPercent, gpuPercent, temperatureC, gpuMemoryMb].some((limit) => limit !== null)
  )
}
