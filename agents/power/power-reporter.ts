import type { Logger } from 'pino'
import type { PowerReport } from '../../protocol/power.ts'
import type { Line } from '../runtime/line/line.ts'

const ANSWER_LIMIT_MS = 4_000

/**
 * Keeps the coordinator informed of how it is with this machine's power. What is newer replaces what is still on its
 * way; whoever has connected anew is told everything.
 */
export class PowerReporter {
  readonly #line: Pick<Line, 'request'>
  readonly #log: Logger
  #report: PowerReport
  #sending = new AbortController()

  constructor(options: { line: Pick<Line, 'request'>; log: Logger; first: PowerReport }) {
    this.#line = options.line
    this.#log = options.log
    this.#report = options.first
  }

  change(change: Partial<PowerReport>): void {
    const next = { ...this.#report, ...change }
    if (JSON.stringify(next) === JSON.stringify(this.#report)) return
    this.#report = next
    this.tell()
  }

  tell(): void {
    this.#send(new AbortController()).catch((error) => {
      if (error?.name !== 'AbortError') this.#log.debug({ err: error }, 'could not tell how this machine is')
    })
  }

  /** @returns whether the coordinator has work after all; false when it does not answer soon */
  async goToSleep(because: PowerReport['because'], notBefore: Date | undefined): Promise<boolean> {
    this.#report = {
      ...this.#report,
      state: 'sleeping',
      because,
      notBefore: notBefore?.toISOString() ?? null,
      problem: null,
    }
    const abort = new AbortController()
    const limit = setTimeout(() => abort.abort(), ANSWER_LIMIT_MS)
    try {
      return (await this.#send(abort)).stay
    } catch {
      return false
    } finally {
      clearTimeout(limit)
    }
  }

  /** Told with the next greeting, or by `tell()`. */
  wakeUp(problem: string | null): void {
    this.#report = { ...this.#report, state: 'awake', because: null, notBefore: null, problem }
  }

  #send(abort: AbortController): Promise<{ stay: boolean }> {
    this.#sending.abort()
    this.#sending = abort
    return this.#line.request('agent.power', this.#report, abort.signal)
  }
}
