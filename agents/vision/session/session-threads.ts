import { stat } from 'node:fs/promises'
import { Worker } from 'node:worker_threads'
import { AppError } from '../../../protocol/errors.ts'
import { floatBlocks } from './float-blocks.ts'
import type { RunningTask } from './running-task.ts'
import { threadsFor } from './session-counts.ts'
import { type Batch, SharedSession } from './shared-session.ts'
import {
  type FromSessionThread,
  nameOfFile,
  type OpenedFile,
  type SessionFault,
  type SessionFile,
  type SessionOptions,
  type ToSessionThread,
} from './thread-messages.ts'

/** Loading reads and rewrites the whole graph, and may build code for a GPU: it may take so many times a run's limit. */
const LOAD_LIMIT_RUNS = 4

export type SessionThreadsOptions = SessionOptions & {
  /** Each holds sessions of its own. */
  count: number
  /** Of one run, in ms. */
  timeoutMs: number
  /** Of the whole process: a large model is held by fewer threads. */
  memoryLimitBytes: number
  maxBatch: number
  /** What memory has allowed before, by path. */
  batchLimits: ReadonlyMap<string, number>
  onBatchLimit: (path: string, limit: number) => void
  /** A run has not ended in time; nothing can end it but the end of this process. */
  onStuck: (tasks: readonly RunningTask[]) => void
}

type Request = ToSessionThread extends infer M ? (M extends { id: number } ? Omit<M, 'id'> : never) : never

type Answer = Extract<FromSessionThread, { type: 'done' }>

/** The runtime's answer when it refuses. */
class SessionError extends Error {
  readonly fault: SessionFault

  constructor(fault: SessionFault, message: string) {
    super(message)
    this.fault = fault
  }
}

/** Loading and running; at most one run. */
type Thread = { worker: Worker; busy: number }

/**
 * The threads that run models, and whose turn it is: urgent runs first, then whoever has waited longest. A thread that
 * is idle takes at once what waits; what comes meanwhile makes up the next batch.
 */
export class SessionThreads {
  readonly #options: SessionThreadsOptions
  readonly #sessionOptions: SessionOptions
  readonly #threads: Thread[]
  readonly #sessions = new Map<string, Promise<SharedSession>>()
  readonly #open = new Set<SharedSession>()
  readonly #pending = new Map<
    number,
    { resolve: (answer: Answer) => void; reject: (error: unknown) => void }
  >()
  #lastId = 0
  #isArranging = false

  constructor(options: SessionThreadsOptions) {
    this.#options = options
    this.#sessionOptions = { provider: options.provider, threads: options.threads }
    this.#threads = Array.from({ length: options.count }, () => this.#startThread())
  }

  /** @throws AppError `model_broken` when the runtime cannot load the file */
  session(file: SessionFile, task: RunningTask): Promise<SharedSession> {
    const name = nameOfFile(file)
    const known = this.#sessions.get(name)
    if (known) return known
    const opening = this.#openSession(file, task)
    this.#sessions.set(name, opening)
    opening.catch(() => this.#sessions.delete(name))
    return opening
  }

  /** Gives back the memory of the files of models that are not needed any more. */
  async keepOnly(modelKeys: ReadonlySet<string>): Promise<void> {
    for (const [name, opening] of this.#sessions) {
      const session = await opening.catch(() => undefined)
      if (session === undefined || modelKeys.has(session.file.modelKey)) continue
      this.#sessions.delete(name)
      this.#open.delete(session)
      const { file } = session
      await Promise.all(this.#threads.map((thread) => this.#ask(thread, { type: 'close', file })))
    }
  }

  /** @throws AppError when this provider does not work here */
  async test(options: SessionOptions): Promise<void> {
    const [thread] = this.#threads
    if (thread) await this.#ask(thread, { type: 'test', options })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  async #openSession(file: SessionFile, task: RunningTask): Promise<SharedSession> {
    const { timeoutMs, maxBatch, batchLimits, memoryLimitBytes } = this.#options
    const { size: sizeBytes } = await stat(file.path)
    const holders = threadsFor(sizeBytes, memoryLimitBytes, this.#threads.length)
    const thread = this.#threads.slice(0, holders).find(({ busy }) => busy === 0) ?? this.#threads[0]!
    thread.busy += 1
    const limit = this.#watch([task], timeoutMs * LOAD_LIMIT_RUNS)
    let opened: OpenedFile | undefined
    try {
      opened = (await this.#ask(thread, { type: 'open', file, options: this.#sessionOptions })).opened
    } catch (error) {
      if (!(error instanceof SessionError)) throw error
      if (error.fault === 'broken') throw new AppError('model_broken', error.message, { cause: error })
      throw new AppError('model_failed', error.message, { cause: error })
    } finally {
      clearTimeout(limit)
      thread.busy -= 1
      this.#arrangeSoon()
    }
    const session = new SharedSession({
      file,
      opened: opened!,
      threads: holders,
      batchLimit: Math.min(maxBatch, batchLimits.get(file.path) ?? maxBatch),
      onWaiting: () => this.#arrangeSoon(),
      onBatchLimit: (batch) => this.#options.onBatchLimit(file.path, batch),
    })
    this.#open.add(session)
    return session
  }

  /** Not at once: what comes in the same turn is seen together. */
  #arrangeSoon(): void {
    if (this.#isArranging) return
    this.#isArranging = true
    setImmediate(() => {
      this.#isArranging = false
      this.#arrange()
    })
  }

  #arrange(): void {
    for (const [at, thread] of this.#threads.entries()) {
      if (thread.busy > 0) continue
      const next = this.#nextSession(at)
      const batch = next?.takeBatch()
      if (next && batch) void this.#run(thread, next, batch)
    }
  }

  /** @param at the thread that has nothing to do */
  #nextSession(at: number): SharedSession | undefined {
    let best: { session: SharedSession; task: RunningTask } | undefined
    for (const session of this.#open) {
      if (at >= session.threads) continue
      const task = session.nextTask
      if (task && (best === undefined || isBefore(task, best.task))) best = { session, task }
    }
    return best?.session
  }

  async #run(thread: Thread, { file }: SharedSession, batch: Batch): Promise<void> {
    thread.busy += 1
    const limit = this.#watch(batch.tasks, this.#options.timeoutMs)
    const { feeds } = batch
    const transfer = Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer)
    try {
      const { ran, spent = [] } = await this.#ask(
        thread,
        { type: 'run', file, options: this.#sessionOptions, feeds },
        transfer,
      )
      for (const block of spent) floatBlocks.giveBack(block)
      batch.done(ran!)
    } catch (error) {
      const fault = error instanceof SessionError ? error.fault : 'failed'
      batch.failed(fault, error instanceof Error ? error.message : String(error))
    } finally {
      clearTimeout(limit)
      thread.busy -= 1
      this.#arrangeSoon()
    }
  }

  #watch(tasks: readonly RunningTask[], limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#options.onStuck(tasks), limitMs)
  }

  #ask(thread: Thread, request: Request, transfer: ArrayBuffer[] = []): Promise<Answer> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject })
      thread.worker.postMessage({ id, ...request }, transfer)
    })
  }

  #startThread(): Thread {
    const worker = new Worker(new URL('./session-thread.ts', import.meta.url))
    worker.on('message', (message: FromSessionThread) => {
      const pending = this.#pending.get(message.id)
      this.#pending.delete(message.id)
      if (message.type === 'done') pending?.resolve(message)
      else pending?.reject(new SessionError(message.fault, message.message))
    })
    // A fault of ours: the process ends and is replaced.
    worker.on('error', (error) => {
      throw error
    })
    return { worker, busy: 0 }
  }
}

/** Tasks are numbered in the order they came. */
function isBefore(one: RunningTask, other: RunningTask): boolean {
  return one.isUrgent === other.isUrgent ? one.id < other.id : one.isUrgent
}
