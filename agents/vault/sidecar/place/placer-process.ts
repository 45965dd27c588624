import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../../protocol/errors.ts'
import { displayPathName } from '../../../../protocol/path-name.ts'
import type { Cage } from '../../../cage/cage.ts'
import { forkCaged } from '../../../cage/fork-caged.ts'
import { absolutePath } from '../../absolute-path.ts'
import { endProcess } from '../../end-process.ts'
import { EXCHANGE_SCRIPT } from './exchanger.ts'
import type { PlacerAnswer, PlacerRequest, PlacerTask } from './messages.ts'

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))

export type PlacerOptions = { cage: Cage; task: PlacerTask; stallTimeoutMs: number }

/** The process ended without an answer; what it was doing is done or not, but not by halves. */
export class PlacerEndedError extends Error {}

/**
 * One process that writes the sidecars of one folder, as its parent sees it.
 *
 * running → ended: a request takes too long, it exits, its job is cancelled, or `stop`. There is no way back.
 */
export class PlacerProcess {
  readonly #child: ChildProcess
  readonly #options: PlacerOptions
  #waiting: { resolve: (answer: PlacerAnswer) => void; reject: (error: Error) => void } | undefined
  #isEnded = false

  constructor(options: PlacerOptions) {
    this.#options = options
    const { cage, task } = options
    this.#child = forkCaged(cage, ENTRY, [JSON.stringify(task)], {
      // The whole mirror, because its folders are made; of a library the one folder.
      writes: [task.mirrorRoot ?? absolutePath(task.root, task.folder)],
      runs: [task.perlPath],
      reads: [EXCHANGE_SCRIPT, task.root],
      keepsOwners: true,
    })
    this.#child.on('message', (answer: PlacerAnswer) => {
      this.#waiting?.resolve(answer)
      this.#waiting = undefined
    })
    const gone = () => this.#end(new PlacerEndedError('The process that writes sidecars ended'))
    this.#child.once('exit', gone)
    this.#child.on('error', gone)
  }

  get isAlive(): boolean {
    return !this.#isEnded && this.#child.connected
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  /** @throws AppError `timed_out`; PlacerEndedError; the signal's reason when that aborts */
  async ask(request: PlacerRequest, signal: AbortSignal): Promise<PlacerAnswer> {
    signal.throwIfAborted()
    if (this.#isEnded) throw new PlacerEndedError('The process that writes sidecars ended')
    const { promise, resolve, reject } = Promise.withResolvers<PlacerAnswer>()
    this.#waiting = { resolve, reject }
    const { stallTimeoutMs, task } = this.#options
    const timer = setTimeout(() => {
      const where = displayPathName(absolutePath(task.root, task.folder))
      this.#end(new AppError('timed_out', `Writing in ${where} stopped: its disk or share does not answer`))
    }, stallTimeoutMs)
    const onAbort = () => this.#end(signal.reason)
    signal.addEventListener('abort', onAbort)
    try {
      this.#child.send(request, () => undefined)
      return await promise
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** @returns false when it hangs in a disk that does not answer */
  async stop(): Promise<boolean> {
    this.#end(new PlacerEndedError('The process that writes sidecars was stopped'))
    return await endProcess(this.#child)
  }

  #end(error: Error): void {
    if (this.#isEnded) return
    this.#isEnded = true
    this.#child.kill('SIGKILL')
    this.#waiting?.reject(error)
    this.#waiting = undefined
  }
}
