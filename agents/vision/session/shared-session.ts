import { AppError } from '../../../protocol/errors.ts'
import { batchSize, hasFreeBatch } from './batch-size.ts'
import { floatBlocks } from './float-blocks.ts'
import { type RunningTask, requireTask } from './running-task.ts'
import type { Session, Tensor, TensorShape } from './session.ts'
import { canStack, splitTensor, stackTensors } from './stack-tensors.ts'
import type { OpenedFile, RunAnswer, SessionFault, SessionFile } from './thread-messages.ts'

/** How much the newest run counts in the mean time of a picture. */
const NEWEST_SHARE = 0.2

type Feeds = Readonly<Record<string, Tensor>>

type PendingRun = {
  feeds: Feeds
  task: RunningTask
  resolve: (outputs: Record<string, Tensor>) => void
  reject: (error: unknown) => void
}

/** Runs of several pictures that are made as one. */
export type Batch = {
  tasks: readonly RunningTask[]
  feeds: Record<string, Tensor>
  done(answer: RunAnswer): void
  failed(fault: SessionFault, message: string): void
}

export type SharedSessionOptions = {
  file: SessionFile
  opened: OpenedFile
  /** The first so many threads hold it. */
  threads: number
  /** That for what somebody waits for holds it, too. */
  hasUrgentThread: boolean
  /** What memory has allowed so far, or the configuration. */
  batchLimit: number
  /** A run is waiting. */
  onWaiting: () => void
  /** There was no memory for so many at once. */
  onBatchLimit: (limit: number) => void
}

/**
 * One model file for all that use it: runs wait here, those that wait together and fit are run together. Somebody's
 * click comes before everything.
 */
export class SharedSession implements Session {
  readonly file: SessionFile
  readonly threads: number
  readonly hasUrgentThread: boolean
  readonly inputs: readonly TensorShape[]
  readonly outputs: readonly TensorShape[]
  readonly #options: SharedSessionOptions
  readonly #waiting: PendingRun[] = []
  #batchLimit: number
  #msPerPicture: number | undefined

  constructor(options: SharedSessionOptions) {
    const { inputs, outputs } = options.opened
    this.#options = options
    this.file = options.file
    this.threads = options.threads
    this.hasUrgentThread = options.hasUrgentThread
    this.inputs = inputs
    this.outputs = outputs
    this.#batchLimit = hasFreeBatch(inputs, outputs) ? options.batchLimit : 1
  }

  run(feeds: Feeds): Promise<Record<string, Tensor>> {
    const task = requireTask()
    return new Promise((resolve, reject) => {
      this.#add({ feeds, task, resolve, reject })
      this.#options.onWaiting()
    })
  }

  /** The one that would run next; undefined when nothing waits. */
  get nextTask(): RunningTask | undefined {
    this.#dropCancelled()
    return this.#waiting[0]?.task
  }

  /** Takes what runs next. */
  takeBatch(): Batch | undefined {
    this.#dropCancelled()
    const first = this.#waiting[0]
    if (first === undefined) return undefined
    const fitting = first.task.isAlone
      ? [first]
      : this.#waiting.filter(
          ({ task, feeds }) =>
            // Whoever waits for an answer does not wait for others' as well.
            !task.isAlone && task.isUrgent === first.task.isUrgent && canStack(first.feeds, feeds),
        )
    const runs = fitting.slice(0, batchSize(fitting.length, this.#batchLimit, this.#msPerPicture))
    for (const run of runs) this.#waiting.splice(this.#waiting.indexOf(run), 1)
    const names = Object.keys(first.feeds)
    return {
      tasks: runs.map(({ task }) => task),
      feeds: Object.fromEntries(
        names.map((name) => [name, stackTensors(runs.map(({ feeds }) => feeds[name]!))]),
      ),
      done: (answer) => this.#done(runs, answer),
      failed: (fault, message) => this.#failed(runs, fault, message),
    }
  }

  #add(run: PendingRun): void {
    const at = this.#waiting.findLastIndex(({ task }) => task.isUrgent || !run.task.isUrgent)
    this.#waiting.splice(at + 1, 0, run)
  }

  #dropCancelled(): void {
    for (const run of this.#waiting.filter(({ task }) => task.isCancelled)) {
      this.#waiting.splice(this.#waiting.indexOf(run), 1)
      run.reject(new AppError('unavailable', 'Nobody waits for this any more'))
    }
  }

  #done(runs: readonly PendingRun[], { outputs, inferMs, provider }: RunAnswer): void {
    const rows = runs.map(({ feeds }) => Object.values(feeds)[0]?.dims[0] ?? 1)
    const total = rows.reduce((sum, count) => sum + count, 0)
    // The file says that its first dimension is free, and its outputs do not follow: it is run one by one from now on.
    if (runs.length > 1 && Object.values(outputs).some(({ dims }) => dims[0] !== total)) {
      this.#batchLimit = 1
      this.#again(runs)
      return
    }
    const msPerPicture = inferMs / runs.length
    this.#msPerPicture =
      this.#msPerPicture === undefined
        ? msPerPicture
        : this.#msPerPicture * (1 - NEWEST_SHARE) + msPerPicture * NEWEST_SHARE
    const parts = Object.entries(outputs).map(
      ([name, tensor]) => [name, runs.length > 1 ? splitTensor(tensor, rows) : [tensor]] as const,
    )
    for (const [at, { task, feeds, resolve }] of runs.entries()) {
      // Run together, they were copied; one alone has given its own away.
      if (runs.length > 1) giveBack(feeds)
      task.inferMs += msPerPicture
      task.provider = provider
      task.batch = Math.max(task.batch, runs.length)
      resolve(Object.fromEntries(parts.map(([name, tensors]) => [name, tensors[at]!])))
    }
  }

  #failed(runs: readonly PendingRun[], fault: SessionFault, message: string): void {
    if (runs.length > 1) {
      if (fault === 'memory') {
        this.#batchLimit = Math.max(1, Math.floor(runs.length / 2))
        this.#options.onBatchLimit(this.#batchLimit)
      } else {
        // One of them may be at fault: each alone, so that the others are not.
        for (const { task } of runs) task.isAlone = true
      }
      this.#again(runs)
      return
    }
    const error = new AppError(fault === 'broken' ? 'model_broken' : 'model_failed', message)
    for (const { reject } of runs) reject(error)
  }

  #again(runs: readonly PendingRun[]): void {
    this.#waiting.unshift(...runs)
    this.#options.onWaiting()
  }
}

function giveBack(feeds: Feeds): void {
  for (const { data } of Object.values(feeds)) {
    if (data instanceof Float32Array && floatBlocks.isLent(data)) floatBlocks.giveBack(data)
  }
}
