import type { Logger } from 'pino'
import { HeldProgram } from './held-program.ts'
import { delaySleepCommand } from './keep-awake-command.ts'

/** Prints the signals of logind; needs no rights. It does not end with its input, so a shell sees to that. */
const LISTEN = [
  'sh',
  '-c',
  'exec 3<&0; "$@" & listener=$!; { cat <&3 > /dev/null; kill "$listener"; } & wait "$listener"',
  'sh',
  ...['gdbus', 'monitor', '--system'],
  ...['--dest', 'org.freedesktop.login1', '--object-path', '/org/freedesktop/login1'],
]
const SIGNAL = /\.PrepareForSleep \((true|false),\)/

export type SuspendWatchOptions = {
  log: Logger
  searchPath: string
  /** The machine is about to sleep and waits for this, five seconds at most. */
  onSuspend: () => Promise<void>
  onResume: () => void
}

/**
 * Learns from Linux that the machine is about to sleep, whoever wants that: a closed lid, a person, the desktop.
 *
 * watching: from `start()`; a lock delays sleep. watching → suspending: the signal; the lock is let go when
 *   `onSuspend` is done. suspending → watching: the signal of waking. Any → over: `stop()`, or the system has no
 *   logind: then sleep is noticed afterwards, by the clock (`SleepWatch`).
 *
 * Should the listener end by itself, the lock is let go too: nobody's sleep is held up for nothing.
 */
export class SuspendWatch {
  readonly #options: SuspendWatchOptions
  readonly #lock: HeldProgram
  readonly #listener: HeldProgram
  #rest = ''

  constructor(options: SuspendWatchOptions) {
    const { log, searchPath } = options
    const giveUp = (reason: string) => {
      log.debug({ reason }, 'this system does not tell when it goes to sleep; that is noticed afterwards')
      this.stop()
    }
    this.#options = options
    this.#lock = new HeldProgram({ argv: delaySleepCommand(), searchPath, onFailed: giveUp })
    this.#listener = new HeldProgram({
      argv: LISTEN,
      searchPath,
      onFailed: giveUp,
      onText: (text) => this.#take(text),
    })
  }

  start(): void {
    this.#listener.start()
    this.#lock.start()
  }

  stop(): void {
    this.#listener.stop()
    this.#lock.stop()
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split('\n')
    this.#rest = lines.pop()?.slice(-1_000) ?? ''
    for (const line of lines) {
      const [, isComing] = SIGNAL.exec(line) ?? []
      if (isComing === 'true') void this.#suspend()
      if (isComing === 'false') this.#resume()
    }
  }

  async #suspend(): Promise<void> {
    try {
      await this.#options.onSuspend()
    } finally {
      this.#lock.stop()
    }
  }

  #resume(): void {
    this.#lock.start()
    this.#options.onResume()
  }
}
