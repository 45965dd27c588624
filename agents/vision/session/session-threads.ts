import { stat } from 'node:fs/promises'
import type { Worker } from 'node:worker_threads'
import { AppError } from '../../../protocol/errors.ts'
import { threadsFor } from '../counts/session-counts.ts'
import { floatBlocks } from './float-blocks.ts'
import type { RunningTask } from './running-task.ts'
import { type Batch, SharedSession } from './shared-session.ts'
import { SessionError, ThreadHandle } from './thread-handle.ts'
import { nameOfFile, type OpenedFile, type SessionFile, type SessionOptions } from './thread-messages.ts'

/** Loading reads and rewrites the whole graph, and may build code for a GPU: it may take so many times a run's limit. */
const LOAD_LIMIT_RUNS = 4

export type SessionThreadsOptions = SessionOptions & {
  /** Each holds sessions of its own. */
  count: number
  /** One more thread, in which only runs that somebody waits for are made, and the threads of each of its sessions. */
  urgent: { worker: Worker; threads: number } | null
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

/**
 * The threads that run models, and whose turn it is: urgent runs first, then whoever has waited longest. A thread that
 * is idle takes at once what waits; what comes meanwhile makes up the next batch.
 *
 * A click waits for nobody's run: it has a thread for itself. Until it has been answered nothing else begins, so that it
 * has the processor for itself as well as soon as the runs that it met have ended.
 */
export class SessionThreads {
  readonly #options: SessionThreadsOptions
  readonly #threads: ThreadHandle[]
  readonly #urgentThread: ThreadHandle | undefined
  readonly #sessions = new Map<string, Promise<SharedSession>>()
  readonly #open = new Set<SharedSession>()
  #urgentRuns = 0
  #isArranging = false

  constructor(options: SessionThreadsOptions) {
    this.#options = options
    const { provider, threads, count, urgent } = options
    this.#threads = Array.from({ length: count }, () => new ThreadHandle({ provider, threads }))
    if (urgent) this.#urgentThread = new ThreadHandle({ provider, threads: urgent.threads }, urgent.worker)
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
      await Promise.all(this.#all().map((thread) => thread.ask({ type: 'close', file })))
    }
  }

  /** @throws AppError when this provider does not work here */
  async test(options: SessionOptions): Promise<void> {
    const [thread] = this.#threads
    await thread?.ask({ type: 'test', options })
  }

  async stop(): Promise<void> {
    await Promise.all(this.#all().map((thread) => thread.terminate()))
  }

  #all(): ThreadHandle[] {
    return this.#urgentThread ? [...this.#threads, this.#urgentThread] : this.#threads
  }

  async #openSession(file: SessionFile, task: RunningTask): Promise<SharedSession> {
    const { timeoutMs, maxBatch, batchLimits, memoryLimitBytes } = this.#options
    const { size: sizeBytes } = await stat(file.path)
    const holders = threadsFor(sizeBytes, memoryLimitBytes, this.#threads.length)
    // One that there is hardly room for is not held once more for those who wait.
    const urgentThread = holders === this.#threads.length ? this.#urgentThread : undefined
    const thread =
      (task.isUrgent ? urgentThread : undefined) ??
      this.#threads.slice(0, holders).find(({ busy }) => busy === 0) ??
      this.#threads[0]!
    thread.busy += 1
    const limit = this.#watch([task], timeoutMs * LOAD_LIMIT_RUNS)
    let opened: OpenedFile | undefined
    try {
      opened = (await thread.ask({ type: 'open', file, options: thread.sessionOptions })).opened
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
      hasUrgentThread: urgentThread !== undefined,
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
    if (this.#urgentThread?.busy === 0) {
      this.#startNext(this.#urgentThread, (session, task) => session.hasUrgentThread && task.isUrgent)
    }
    for (const [at, thread] of this.#threads.entries()) {
      if (thread.busy > 0) continue
      const mayBegin = (task: RunningTask) => task.isUrgent || this.#urgentRuns === 0
      this.#startNext(thread, (session, task) => at < session.threads && mayBegin(task))
    }
  }

  #startNext(thread: ThreadHandle, mayRun: (session: SharedSession, task: RunningTask) => boolean): void {
    let best: { session: SharedSession; task: RunningTask } | undefined
    for (const session of this.#open) {
      const task = session.nextTask
      if (task && mayRun(session, task) && (best === undefined || isBefore(task, best.task))) {
        best = { session, task }
      }
    }
    const batch = best?.session.takeBatch()
    if (best && batch) void this.#run(thread, best.session, batch)
  }

  async #run(thread: ThreadHandle, { file }: SharedSession, batch: Batch): Promise<void> {
    const isUrgent = batch.tasks.some((task) => task.isUrgent)
    thread.busy += 1
    if (isUrgent) this.#urgentRuns += 1
    const limit = this.#watch(batch.tasks, this.#options.timeoutMs)
    const { feeds } = batch
    const transfer = Object.values(feeds).map(({ data }) => data.buffer as ArrayBuffer)
    try {
      const run = { type: 'run', file, options: thread.sessionOptions, feeds } as const
      const { ran, spent = [] } = await thread.ask(run, transfer)
      for (const block of spent) floatBlocks.giveBack(block)
      batch.done(ran!)
    } catch (error) {
      const fault = error instanceof SessionError ? error.fault : 'failed'
      batch.failed(fault, error instanceof Error ? error.message : String(error))
    } finally {
      clearTimeout(limit)
      thread.busy -= 1
      if (isUrgent) this.#urgentRuns -= 1
      this.#arrangeSoon()
    }
  }

  #watch(tasks: readonly RunningTask[], limitMs: number): NodeJS.Timeout {
    return setTimeout(() => this.#options.onStuck(tasks), limitMs)
  }
}

/** Tasks are numbered in the order they came. */
function isBefore(one: RunningTask, other: RunningTask): boolean {
  return one.isUrgent === other.isUrgent ? one.id < other.id : one.isUrgent
}
