import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import type { VisionReport } from '../../protocol/models.ts'

/** While models run, what is shown of them is no older than this. */
const INTERVAL_MS = 10_000

export type VisionReporterOptions = {
  log: Logger
  /** As it is now. */
  read: () => VisionReport
  send: (report: VisionReport, signal: AbortSignal) => Promise<void>
  intervalMs?: number
}

/**
 * Tells the coordinator how this machine's models stand: when it has been met, when something has changed, and every ten
 * seconds while they run.
 *
 * idle → running: `start()`. running → stopped: `stop()`. A report that does not arrive is made up for by the next.
 */
export class VisionReporter {
  readonly #options: VisionReporterOptions
  readonly #stopping = new AbortController()
  #nudged = Promise.withResolvers<void>()
  #loop: Promise<void> | undefined
  #last = ''

  constructor(options: VisionReporterOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run()
  }

  /** Something has changed. */
  nudge(): void {
    this.#nudged.resolve()
  }

  /** The coordinator may have forgotten what it was told. */
  tellAgain(): void {
    this.#last = ''
    this.nudge()
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.nudge()
    await this.#loop
  }

  async #run(): Promise<void> {
    const { intervalMs = INTERVAL_MS } = this.#options
    const { signal } = this.#stopping
    while (!signal.aborted) {
      this.#nudged = Promise.withResolvers()
      await this.#tell()
      const waiting = new AbortController()
      await Promise.race([
        this.#nudged.promise,
        sleep(intervalMs, undefined, { signal: waiting.signal }).catch(() => {}),
      ])
      waiting.abort()
    }
  }

  async #tell(): Promise<void> {
    const { read, send, log } = this.#options
    const { signal } = this.#stopping
    const report = read()
    const text = JSON.stringify(report)
    if (text === this.#last) return
    try {
      await send(report, signal)
      this.#last = text
    } catch (error) {
      if (!signal.aborted) log.debug({ err: error }, 'models could not be reported; trying again')
    }
  }
}
