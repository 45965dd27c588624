import type { Logger } from 'pino'
import { HeldProgram } from './held-program.ts'
import { keepAwakeCommand } from './keep-awake-command.ts'

/** Between two jobs the system may not fall asleep either, nor are programs started and ended for each. */
const LINGER_MS = 10_000

export type KeepAwakeOptions = {
  log: Logger
  searchPath: string
  platform?: NodeJS.Platform
  lingerMs?: number
}

/**
 * Keeps the system from falling asleep by itself while jobs run.
 *
 * off → on: `update(true)`. on → off: `update(false)` for ten seconds, or `stop()` at once.
 * on → impossible: the system does not let us; said once, and jobs run all the same.
 */
export class KeepAwake {
  readonly #program: HeldProgram | undefined
  readonly #lingerMs: number
  #isOn = false
  #isImpossible = false
  #timer: NodeJS.Timeout | undefined

  constructor({ log, searchPath, platform = process.platform, lingerMs = LINGER_MS }: KeepAwakeOptions) {
    const argv = keepAwakeCommand(platform, process.pid)
    this.#lingerMs = lingerMs
    this.#program =
      argv &&
      new HeldProgram({
        argv,
        searchPath,
        onFailed: (reason) => {
          this.#isImpossible = true
          log.info({ program: argv[0], reason }, 'cannot keep this machine awake while jobs run')
        },
      })
  }

  update(isBusy: boolean): void {
    if (isBusy) {
      clearTimeout(this.#timer)
      this.#timer = undefined
      if (this.#isOn || this.#isImpossible) return
      this.#isOn = true
      this.#program?.start()
    } else if (this.#isOn && !this.#timer) {
      this.#timer = setTimeout(() => this.stop(), this.#lingerMs)
      this.#timer.unref()
    }
  }

  stop(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#isOn = false
    this.#program?.stop()
  }
}
