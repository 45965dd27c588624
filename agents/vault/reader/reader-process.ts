import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { PathName } from '../../../protocol/path-name.ts'
import type { Cage } from '../../cage/cage.ts'
import { forkCaged } from '../../cage/fork-caged.ts'
import { endProcess, hasEnded } from '../end-process.ts'
import type { OneAtATime } from '../one-at-a-time.ts'
import { watchMemory } from '../watch-memory.ts'
import { MEMORY_EXIT_STATUS } from './limit-own-memory.ts'
import type { ReaderMessage, ReaderRequest } from './messages.ts'

/** The program that a reader is. */
export const READER_ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))
const START_TIMEOUT_MS = 30_000
/** What Node itself may hold beside the picture: code, threads, reserves. */
const OWN_DATA_BYTES = 3 * 1024 ** 3

export type ReaderLimits = {
  /** Longest silence while bytes are read; a slow disk says something with every 4 MB. */
  stallMs: number
  /** Longest time from the last byte read to the finished pictures. */
  renderMs: number
  /** Resident memory above which the process is ended. */
  maxRssBytes: number
}

export type ReaderOptions = ReaderLimits & {
  cage: Cage
  /** Folders it may read. */
  roots: readonly PathName[]
  /** Whether looking them up may hang: then its start is as long as any silence. */
  isRemote: boolean
  /** Where it may write, and finds pictures that other programs took out of a file. */
  workFolder: string
  /** Shared by all readers: large pictures are decoded one after the other. */
  bigPictures: OneAtATime
}

/**
 * Why a reader gave no answer. `crashed` and `killed` differ in who ended it: the decoder or somebody else.
 * `shut_out`: its cage is older than the folder that it was to read.
 */
export type ReaderEnd =
  | 'stalled'
  | 'too_slow'
  | 'too_much_memory'
  | 'crashed'
  | 'killed'
  | 'shut_out'
  | 'aborted'

export class ReaderEndedError extends Error {
  readonly end: ReaderEnd

  constructor(end: ReaderEnd, message: string) {
    super(message)
    this.name = 'ReaderEndedError'
    this.end = end
  }
}

export type FinalMessage = Extract<ReaderMessage, { type: 'done' | 'failed' }>

/** Signals that a crashing decoder sends to itself. */
const crashSignals: ReadonlySet<string> = new Set([
  'SIGSEGV',
  'SIGBUS',
  'SIGABRT',
  'SIGILL',
  'SIGFPE',
  'SIGTRAP',
])

/**
 * One reader process as its parent sees it.
 *
 * starting → idle: the process says `ready`. idle → busy → idle: one `ask`. Any → ended: the process
 * exits by itself, or is killed here because it was silent, slow or too large, or because its job was
 * cancelled in the middle. There is no way back: the pool starts another one.
 *
 * Whoever asked learns of a kill at once and not when the process is gone: one that hangs in a dead
 * disk is gone only when that disk answers.
 */
export class ReaderProcess {
  readonly #options: ReaderOptions
  readonly #child: ChildProcess
  readonly #ready: Promise<void>
  readonly #ended = Promise.withResolvers<never>()
  #isEnded = false
  #hasWorked = false

  constructor(options: ReaderOptions) {
    this.#options = options
    const { cage, roots, workFolder, maxRssBytes } = options
    this.#child = forkCaged(cage, READER_ENTRY, [String(maxRssBytes)], {
      reads: roots,
      writes: [workFolder],
      maxDataBytes: maxRssBytes + OWN_DATA_BYTES,
    })
    this.#child.once('exit', (status, signalName) => this.#end(endOf(status, signalName)))
    this.#child.on('error', (error) => this.#end(new ReaderEndedError('stalled', String(error))))
    // Whoever asks learns of it.
    this.#ended.promise.catch(() => undefined)
    const ready = Promise.withResolvers<void>()
    this.#child.once('message', () => ready.resolve())
    this.#ready = ready.promise
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isAlive(): boolean {
    return !this.#isEnded && this.#child.connected
  }

  kill(as: ReaderEnd): void {
    this.#child.kill('SIGKILL')
    this.#end(new ReaderEndedError(as, `The reader process was ended: ${as}`))
  }

  /**
   * Ends the process.
   *
   * @returns false when it cannot be ended now because it hangs in a dead disk
   */
  async stop(): Promise<boolean> {
    this.kill('aborted')
    return await endProcess(this.#child)
  }

  /** Calls back once a process that could not be ended is gone after all. */
  onceGone(listener: () => void): void {
    if (hasEnded(this.#child)) listener()
    else this.#child.once('exit', listener)
  }

  /**
   * Sends one request and waits for its end.
   *
   * @param onMessage told of everything that comes before the end
   * @throws ReaderEndedError when the process ends first, for whatever reason
   */
  async ask(
    request: ReaderRequest,
    signal: AbortSignal,
    onMessage: (message: ReaderMessage) => void = () => undefined,
  ): Promise<FinalMessage> {
    const over = new AbortController()
    const deadline = new Deadline((as) => this.kill(as))
    const { promise, resolve, reject } = Promise.withResolvers<FinalMessage>()
    const onChildMessage = (message: ReaderMessage) => {
      // What was on its way when the process was killed is too late.
      if (this.#isEnded) return
      if (message.type === 'failed' && message.isShutOut && this.#hasWorked) return this.kill('shut_out')
      onMessage(message)
      if (message.type === 'done' || message.type === 'failed') resolve(message)
      else if (message.type === 'hashed') deadline.set(this.#options.renderMs, 'too_slow')
      else if (message.type === 'big') void this.#takeTurn(deadline, over.signal)
      else deadline.set(this.#options.stallMs, 'stalled')
    }
    const onAbort = () => this.kill('aborted')
    signal.addEventListener('abort', onAbort)
    try {
      if (signal.aborted) onAbort()
      const { isRemote, stallMs } = this.#options
      deadline.set(isRemote ? Math.min(stallMs, START_TIMEOUT_MS) : START_TIMEOUT_MS, 'stalled')
      await Promise.race([this.#ready, this.#ended.promise])
      this.#child.on('message', onChildMessage)
      if (request.type === 'render') deadline.set(this.#options.renderMs, 'too_slow')
      else deadline.set(this.#options.stallMs, 'stalled')
      this.#child.send(request, (error) => {
        if (error !== null && this.isAlive) reject(error)
      })
      const { maxRssBytes } = this.#options
      void watchMemory(this.#child.pid ?? 0, maxRssBytes, () => this.kill('too_much_memory'), over.signal)
      return await Promise.race([promise, this.#ended.promise])
    } finally {
      this.#hasWorked = true
      over.abort()
      deadline.clear()
      this.#child.off('message', onChildMessage)
      signal.removeEventListener('abort', onAbort)
    }
  }

  /** The clock stands still while the process waits for its turn to decode a large picture. */
  async #takeTurn(deadline: Deadline, over: AbortSignal): Promise<void> {
    deadline.clear()
    const leave = await this.#options.bigPictures.enter()
    if (over.aborted) return leave()
    over.addEventListener('abort', leave)
    deadline.set(this.#options.renderMs, 'too_slow')
    this.#child.send({ type: 'go' } satisfies ReaderRequest, () => undefined)
  }

  /** The first reason counts: what we did, or what happened to it. */
  #end(error: ReaderEndedError): void {
    this.#isEnded = true
    this.#ended.reject(error)
  }
}

function endOf(status: number | null, signalName: string | null): ReaderEndedError {
  const how = signalName ?? `status ${status}`
  if (status === MEMORY_EXIT_STATUS)
    return new ReaderEndedError('too_much_memory', `The reader ended: ${how}`)
  const end = signalName === null || crashSignals.has(signalName) ? 'crashed' : 'killed'
  return new ReaderEndedError(end, `The reader process ended (${how})`)
}

/** One timer that is set again and again. */
class Deadline {
  readonly #onPassed: (as: ReaderEnd) => void
  #timer: NodeJS.Timeout | undefined

  constructor(onPassed: (as: ReaderEnd) => void) {
    this.#onPassed = onPassed
  }

  set(ms: number, as: ReaderEnd): void {
    this.clear()
    this.#timer = setTimeout(() => this.#onPassed(as), ms)
  }

  clear(): void {
    clearTimeout(this.#timer)
  }
}
