import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../../protocol/errors.ts'
import { displayPathName } from '../../../../protocol/path-name.ts'
import type { Cage } from '../../../cage/cage.ts'
import { forkCaged } from '../../../cage/fork-caged.ts'
import { absolutePath } from '../../absolute-path.ts'
import { endProcess } from '../../end-process.ts'
import { EXCHANGE_SCRIPT } from './exchanger.ts'
import type { NumberedAnswer, NumberedRequest, PlacerAnswer, PlacerRequest, PlacerTask } from './messages.ts'

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))

/** A cancelled request is done in milliseconds and harms no other; only one that hangs ends the process. */
const CANCEL_PATIENCE_MS = 200

export type PlacerOptions = { cage: Cage; task: PlacerTask; stallTimeoutMs: number }

/** The process ended without an answer; what it was doing is done or not, but not by halves. */
export class PlacerEndedError extends Error {}

/**
 * One process that writes the sidecars of one folder, several at once, as its parent sees it. What ends it for one ends it
 * for all; they are tried again.
 *
 * running → ended: a request takes too long, it exits, a cancelled one is not done soon, or `stop`. There is no way back.
 */
export class PlacerProcess {
  readonly #child: ChildProcess
  readonly #options: PlacerOptions
  readonly #waiting = new Map<
    number,
    { resolve: (answer: PlacerAnswer) => void; reject: (error: Error) => void }
  >()
  #lastId = 0
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
    this.#child.on('message', ({ id, answer }: NumberedAnswer) => this.#waiting.get(id)?.resolve(answer))
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
    this.#lastId += 1
    const id = this.#lastId
    this.#waiting.set(id, { resolve, reject })
    const { stallTimeoutMs, task } = this.#options
    const timer = setTimeout(() => {
      const where = displayPathName(absolutePath(task.root, task.folder))
      this.#end(new AppError('timed_out', `Writing in ${where} stopped: its disk or share does not answer`))
    }, stallTimeoutMs)
    let patience: NodeJS.Timeout | undefined
    const onAbort = () => {
      patience = setTimeout(() => {
        reject(signal.reason)
        this.#end(new PlacerEndedError('The process that writes sidecars was ended with a cancelled job'))
      }, CANCEL_PATIENCE_MS)
    }
    signal.addEventListener('abort', onAbort)
    try {
      this.#child.send({ id, request } satisfies NumberedRequest, () => undefined)
      const answer = await promise
      signal.throwIfAborted()
      return answer
    } finally {
      this.#waiting.delete(id)
      clearTimeout(timer)
      clearTimeout(patience)
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
    for (const { reject } of this.#waiting.values()) reject(error)
  }
}
