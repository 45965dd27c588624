import { Worker } from 'node:worker_threads'
import type { PathName } from '../../../protocol/path-name.ts'
import type { WalkedFolder } from './walk-folder.ts'
import type { WalkAnswer, WalkWorkerData } from './walk-worker.ts'

/** Two threads keep a local disk and two cores busy. */
const LOCAL_WORKERS = 2
/** On a network share each call waits for the other side, so more of them wait at once. */
const REMOTE_WORKERS = 8
/** A local file system answers in about 3 µs an entry; above this the walk is waiting, not working. */
const REMOTE_MS_PER_ENTRY = 0.1
/** Folders waiting per running worker before another one is worth its start of about 100 ms. */
const FOLDERS_PER_WORKER = 4
/** Folders handed over in one message. Few, because a folder can hold 100,000 files. */
const FOLDERS_PER_MESSAGE = 8
/** Walked folders, and files in them, that may wait for the consumer before the workers pause. */
const MAX_READY_FOLDERS = 1_000
const MAX_READY_FILES = 100_000
/** How often the workers' count of entries is looked at. */
const COUNT_CHECK_MS = 500

/**
 * Walks a tree with a few threads, several folders at once, in no particular order.
 *
 * Worker threads, because the fast way to read folders is synchronous; several, because on a network
 * share each call waits for the other side.
 *
 * new → walking: the first `for await`. walking → ended: no folder is left, the consumer leaves the
 * loop, or a worker dies; each ends all threads. A thread that hangs in a dead share can be ended only
 * with its process, which is why the walk has one of its own.
 */
export class Walker implements AsyncIterable<WalkedFolder> {
  readonly #data: WalkWorkerData
  readonly #onEntries: () => void
  readonly #workers = new Set<Worker>()
  readonly #idle: Worker[] = []
  readonly #waiting: PathName[] = ['']
  readonly #ready: WalkedFolder[] = []
  #readyFiles = 0
  #ended = false
  #isRemote = false
  #failure: Error | undefined
  #wake: (() => void) | undefined

  /** @param onEntries told now and then that entries were read since the last time, also of a folder still being read */
  constructor(data: Omit<WalkWorkerData, 'entries'>, onEntries: () => void) {
    this.#data = { ...data, entries: new Int32Array(new SharedArrayBuffer(4)) }
    this.#onEntries = onEntries
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WalkedFolder> {
    let counted = 0
    const watch = setInterval(() => {
      const entries = Atomics.load(this.#data.entries, 0)
      if (entries !== counted) this.#onEntries()
      counted = entries
    }, COUNT_CHECK_MS)
    try {
      for (;;) {
        if (this.#failure !== undefined) throw this.#failure
        this.#dispatch()
        const folder = this.#ready.shift()
        if (folder !== undefined) {
          this.#readyFiles -= folder.files.count
          yield folder
        } else if (this.#waiting.length === 0 && this.#idle.length === this.#workers.size) {
          return
        } else {
          await this.#somethingHappens()
        }
      }
    } finally {
      this.#ended = true
      clearInterval(watch)
      for (const worker of this.#workers) void worker.terminate()
    }
  }

  #dispatch(): void {
    while (!this.#ended && this.#waiting.length > 0 && this.#hasRoom()) {
      const worker = this.#idle.pop() ?? this.#startWorkerIfWorthwhile()
      if (worker === undefined) return
      const share = Math.ceil(this.#waiting.length / REMOTE_WORKERS)
      worker.postMessage(this.#waiting.splice(-Math.min(share, FOLDERS_PER_MESSAGE)))
    }
  }

  #hasRoom(): boolean {
    return this.#ready.length < MAX_READY_FOLDERS && this.#readyFiles < MAX_READY_FILES
  }

  #startWorkerIfWorthwhile(): Worker | undefined {
    const running = this.#workers.size
    const most = this.#isRemote ? REMOTE_WORKERS : LOCAL_WORKERS
    if (running >= most || this.#waiting.length < running * FOLDERS_PER_WORKER) return undefined
    const worker = new Worker(new URL('./walk-worker.ts', import.meta.url), {
      workerData: this.#data,
      execArgv: [],
      env: {},
    })
    worker.unref()
    worker.on('message', ({ folders, msPerEntry }: WalkAnswer) => {
      this.#idle.push(worker)
      this.#isRemote ||= msPerEntry > REMOTE_MS_PER_ENTRY
      for (const folder of folders) {
        this.#ready.push(folder)
        this.#readyFiles += folder.files.count
        for (const path of folder.folders) this.#waiting.push(path)
      }
      this.#dispatch()
      this.#wake?.()
    })
    worker.on('error', (error) => {
      this.#failure = error instanceof Error ? error : new Error(String(error))
      this.#wake?.()
    })
    this.#workers.add(worker)
    return worker
  }

  async #somethingHappens(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    await promise
    this.#wake = undefined
  }
}
