import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { ProcessMessage } from '../../../config/run-process.ts'
import { childEnvironment } from '../../../config/test-environment.ts'

const repositoryFolder = join(import.meta.dirname, '..', '..', '..')
/** Kept of what a process has written, for a test that fails. */
const KEPT_LINES = 2_000

export type RigProcessOptions = {
  name: string
  /** From the top of the repository. */
  script: string
  config: () => unknown
  env?: Record<string, string>
  /** A command to run it under, such as one that enters a network; it must end by `exec`. */
  under?: readonly string[]
}

/**
 * One real process of Hearth that a test kills, pauses and starts again.
 *
 * idle → running: `start()`, which waits until the process says that it is ready. running → idle: `kill()`,
 * `stop()`, or its own end; then it can be started again. running ⇄ paused: `pause()`, `resume()`.
 */
export class RigProcess {
  readonly name: string
  readonly #options: RigProcessOptions
  /** One session for each life; whatever a life leaves running is found by it. */
  readonly sessions: number[] = []
  /** Log lines of all lives, the newest last. */
  readonly lines: string[] = []
  #child: ChildProcess | undefined
  #exit: Promise<unknown> = Promise.resolve()
  #isReady = false
  #isEnding = false

  constructor(options: RigProcessOptions) {
    this.name = options.name
    this.#options = options
  }

  /**
   * @returns what the process says about itself when it is ready; undefined when it was killed before
   * @throws Error with its last words when it ends before by itself
   */
  async start(): Promise<unknown> {
    const { script, config, env, under = [] } = this.#options
    const [command = '', ...parameters] = [...under, process.execPath]
    const child = fork(join(repositoryFolder, script), [], {
      env: childEnvironment({
        NODE_OPTIONS: undefined,
        VITEST: undefined,
        ...env,
        HEARTH_CONFIG: JSON.stringify(config()),
      }),
      execPath: command,
      execArgv: [...parameters, '--disable-warning=ExperimentalWarning'],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      detached: true,
    })
    this.#child = child
    this.#isEnding = false
    this.#exit = once(child, 'exit').then(() => {
      this.#isReady = false
    })
    if (child.pid) this.sessions.push(child.pid)
    for (const stream of [child.stdout!, child.stderr!]) {
      createInterface({ input: stream }).on('line', (line) => {
        this.lines.push(line)
        if (this.lines.length > KEPT_LINES) this.lines.splice(0, KEPT_LINES / 2)
      })
    }
    const message = await Promise.race([
      once(child, 'message').then(([message]) => message as ProcessMessage),
      this.#exit.then(() => undefined),
    ])
    if (message?.type === 'ready') {
      this.#isReady = true
      return message.info
    }
    if (this.#isEnding) return undefined
    await this.kill()
    throw new Error(`${this.name} did not start:\n${this.lines.slice(-20).join('\n')}`)
  }

  /** In its present life it has said so. */
  get isReady(): boolean {
    return this.#isReady
  }

  /** Undefined when it does not run. */
  get pid(): number | undefined {
    const child = this.#child
    return child && child.exitCode === null && child.signalCode === null ? child.pid : undefined
  }

  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  async kill(): Promise<void> {
    this.#isEnding = true
    this.#child?.kill('SIGKILL')
    await this.#exit
  }

  /** In order; returns the exit status, null when it had to be killed. */
  async stop(): Promise<number | null> {
    if (this.pid === undefined) return this.#child?.exitCode ?? null
    this.#isEnding = true
    this.#child!.kill('SIGCONT')
    this.#child!.kill('SIGTERM')
    await this.#exit
    return this.#child!.exitCode
  }

  /** Resolves when the present life has ended, however it ends. */
  async ended(): Promise<void> {
    await this.#exit
  }
}
