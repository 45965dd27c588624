import { type ChildProcess, spawn } from 'node:child_process'

const END_LIMIT_MS = 1_000

export type HeldProgramOptions = {
  argv: readonly string[]
  /** As in `PATH`. */
  searchPath: string
  /** It ended although it was to go on, or could not be started. */
  onFailed: (reason: string) => void
  /** Of each line that it prints. */
  onText?: (text: string) => void
}

/**
 * A program of the system that holds something for as long as it runs: a lock on sleep, a place among listeners.
 *
 * off → on: `start()`. It is to end when its input does, so that it does not outlive an agent that is killed.
 * on → off: `stop()`; or by itself, which is told once, and it is not started again before `stop()`.
 */
export class HeldProgram {
  readonly #options: HeldProgramOptions
  #child: ChildProcess | undefined

  constructor(options: HeldProgramOptions) {
    this.#options = options
  }

  start(): void {
    if (this.#child) return
    const { argv, searchPath, onFailed, onText } = this.#options
    const [program = '', ...parameters] = argv
    const child = spawn(program, parameters, {
      env: { PATH: searchPath, LC_ALL: 'C' },
      stdio: ['pipe', onText ? 'pipe' : 'ignore', 'pipe'],
      windowsHide: true,
    })
    this.#child = child
    let words = ''
    child.stdin?.on('error', () => {})
    child.stdout?.setEncoding('utf8').on('data', (text: string) => onText?.(text))
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      words = (words + text).slice(-500)
    })
    child.on('error', (error) => this.#failed(child, error.message, onFailed))
    child.on('exit', (code) => this.#failed(child, words.trim() || `it ended with ${code}`, onFailed))
  }

  stop(): void {
    const child = this.#child
    this.#child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    child.stdin?.end()
    const limit = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS)
    child.once('exit', () => clearTimeout(limit))
    if (process.platform === 'darwin') child.kill()
  }

  #failed(child: ChildProcess, reason: string, onFailed: (reason: string) => void): void {
    if (this.#child !== child) return
    // Told once: `error` may be followed by `exit`.
    child.removeAllListeners()
    child.on('error', () => {})
    onFailed(reason)
  }
}
