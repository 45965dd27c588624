import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { childEnvironment } from '../../config/environment.ts'
import type { ProcessMessage } from '../../config/run-process.ts'
import { AppError, ErrorCode } from '../../protocol/errors.ts'

const PROJECT = join(import.meta.dirname, '..', '..')
const FIRST_PAUSE_MS = 300
const USUAL_LONGEST_PAUSE_MS = 10_000
/** After this long a process counts as well again, and the next pause is short. */
const HEALTHY_MS = 30_000
const STOP_LIMIT_MS = 25_000
const MAX_FIRST_TRIES = 5

export type SupervisedProcessOptions = {
  name: string
  /** From the top of the project. */
  script: string
  /** Folder for what Node has compiled, so that the next start need not: it takes half of a start's processor time. */
  codeCache: string
  /** Handed over in the environment, made anew for each start. */
  config: () => unknown
  /** Between one that ended and the next; default: ten seconds. */
  longestPauseMs?: number
  onLine: (name: string, line: string) => void
  onReady?: (info: unknown) => void
  onMessage?: (message: unknown) => void
}

/**
 * Keeps one process of Hearth running.
 *
 * idle → starting: `start()`, which resolves when the process says that it is ready, and throws what the
 *   process says is wrong: a machine that cannot run it must say so at once. A process that ends without a
 *   word, or misses one that is being started again, gets a few more tries.
 * idle → starting: `keepTrying()`, for one that the others can do without: whatever keeps it from starting is logged
 *   by itself, and it is tried again for ever.
 * running → pausing → starting: the process ended unasked; pauses grow from 0.3 s to `longestPauseMs`.
 * running → starting: `restart()`, without a pause.
 * any → stopped: `stop()`: SIGTERM, and SIGKILL when that takes too long.
 */
export class SupervisedProcess {
  readonly #options: SupervisedProcessOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined
  #exited: Promise<void> = Promise.resolve()
  #loop: Promise<void> | undefined
  #isRestarting = false

  constructor(options: SupervisedProcessOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  async start(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#spawn()
        break
      } catch (error) {
        await this.#exited
        const mayPass =
          error instanceof AppError && (error.code === 'internal' || error.code === 'unavailable')
        if (!mayPass || tries === MAX_FIRST_TRIES || this.#stopping.signal.aborted) throw error
        await this.#pause(FIRST_PAUSE_MS * 2 ** (tries - 1))
      }
    }
    this.#loop = this.#keepRunning(this.#stopping.signal)
  }

  keepTrying(): void {
    this.#loop ??= this.#spawn()
      .catch(() => {})
      .then(() => this.#keepRunning(this.#stopping.signal))
  }

  /** Once more, with the configuration of now; one that does not run at the moment gets it anyway. */
  restart(): void {
    this.#isRestarting = true
    this.#child?.kill('SIGTERM')
  }

  send(message: object): void {
    if (this.#child?.connected) this.#child.send(message)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) {
      child.kill('SIGTERM')
      const limit = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
      await this.#exited
      clearTimeout(limit)
    }
    await this.#loop
  }

  async #keepRunning(signal: AbortSignal): Promise<void> {
    const { longestPauseMs = USUAL_LONGEST_PAUSE_MS } = this.#options
    let pauseMs = FIRST_PAUSE_MS
    while (!signal.aborted) {
      const startedAt = performance.now()
      await this.#exited
      if (signal.aborted) return
      if (performance.now() - startedAt > HEALTHY_MS) pauseMs = FIRST_PAUSE_MS
      if (!this.#isRestarting) {
        this.#warn('ended unexpectedly; starting it again', { pauseMs })
        await this.#pause(pauseMs)
        pauseMs = Math.min(longestPauseMs, pauseMs * 2)
      }
      // What is wrong has been logged by the process itself; it is tried again for ever.
      if (!signal.aborted) await this.#spawn().catch(() => {})
    }
  }

  #warn(msg: string, about: object): void {
    const { name, onLine } = this.#options
    onLine(name, JSON.stringify({ level: 40, time: Date.now(), name, ...about, msg }))
  }

  async #pause(ms: number): Promise<void> {
    await sleep(ms * (0.75 + Math.random() / 2), undefined, { signal: this.#stopping.signal }).catch(() => {})
  }

  /** Asynchronous throughout: without memory or files left, starting a process throws. */
  async #spawn(): Promise<void> {
    const { name, script, codeCache, config, onLine, onReady, onMessage } = this.#options
    // Before it may throw: one that cannot be started must not be tried again without a pause.
    this.#isRestarting = false
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(PROJECT, script)], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        NODE_COMPILE_CACHE: codeCache,
        ...childEnvironment(),
        HEARTH_CONFIG: JSON.stringify(config()),
      },
      // A group of its own: Ctrl-C reaches the supervisor alone, which then stops everything in order.
      detached: true,
    })
    this.#child = child
    const exited = Promise.withResolvers<void>()
    this.#exited = exited.promise
    for (const stream of [child.stdout, child.stderr]) {
      if (stream) createInterface({ input: stream }).on('line', (line) => onLine(name, line))
    }
    return new Promise((resolve, reject) => {
      child.on('message', (message: ProcessMessage) => {
        if (message.type === 'ready') {
          onReady?.(message.info)
          resolve()
        } else if (message.type === 'failed') {
          const code = ErrorCode.safeParse(message.error.code)
          reject(new AppError(code.success ? code.data : 'internal', message.error.message))
        } else {
          onMessage?.(message)
        }
      })
      const end = (reason: string) => {
        exited.resolve()
        reject(new AppError('internal', `The process "${name}" ${reason}`))
      }
      child.on('error', (error) => end(`could not be started: ${error.message}`))
      child.on('exit', (code, signal) => end(`ended (${signal ?? `status ${code}`}) before it was ready`))
    })
  }
}
