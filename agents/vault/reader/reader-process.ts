import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { OneAtATime } from '../one-at-a-time.ts'
import { watchMemory } from '../watch-memory.ts'
import { MEMORY_EXIT_STATUS } from './limit-own-memory.ts'
import type { ReaderMessage, ReaderRequest } from './messages.ts'

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))
const START_TIMEOUT_MS = 30_000

export type ReaderLimits = {
  /** Longest silence while bytes are read; a slow disk says something with every 4 MB. */
  stallMs: number
  /** Longest time from the last byte read to the finished pictures. */
  renderMs: number
  /** Resident memory above which the process is ended. */
  maxRssBytes: number
}

export type ReaderOptions = ReaderLimits & {
  /** Shared by all readers: large pictures are decoded one after the other. */
  bigPictures: OneAtATime
}

/** Why a reader gave no answer. `crashed` and `killed` differ in who ended it: the decoder or somebody else. */
export type ReaderEnd = 'stalled' | 'too_slow' | 'too_much_memory' | 'crashed' | 'killed' | 'aborted'

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
 */
export class ReaderProcess {
  readonly #options: ReaderOptions
  readonly #child: ChildProcess
  readonly #ready: Promise<unknown>
  #killedAs: ReaderEnd | undefined

  constructor(options: ReaderOptions) {
    this.#options = options
    this.#child = fork(ENTRY, [String(options.maxRssBytes)], {
      serialization: 'advanced',
      execArgv: [],
      env: environmentOf(process.platform),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    })
    const gone = new AbortController()
    this.#child.once('exit', () => gone.abort())
    const signal = AbortSignal.any([gone.signal, AbortSignal.timeout(START_TIMEOUT_MS)])
    this.#ready = once(this.#child, 'message', { signal })
    // Whoever asks first learns of it.
    this.#ready.catch(() => undefined)
    this.#child.on('error', () => undefined)
  }

  get pid(): number | undefined {
    return this.#child.pid
  }

  get isAlive(): boolean {
    return this.#child.connected && this.#child.exitCode === null && this.#child.signalCode === null
  }

  kill(as: ReaderEnd): void {
    this.#killedAs ??= as
    this.#child.kill('SIGKILL')
  }

  /** Ends the process and waits until it is gone. */
  async stop(): Promise<void> {
    const { pid, exitCode, signalCode } = this.#child
    if (pid === undefined || exitCode !== null || signalCode !== null) return
    const gone = once(this.#child, 'exit')
    this.kill('aborted')
    await gone
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
    await this.#ready.catch((error: unknown) => {
      this.kill('stalled')
      throw new ReaderEndedError('stalled', `The reader process does not start: ${String(error)}`)
    })
    const over = new AbortController()
    const deadline = new Deadline((as) => this.kill(as))
    const { promise, resolve, reject } = Promise.withResolvers<FinalMessage>()
    const onChildMessage = (message: ReaderMessage) => {
      onMessage(message)
      if (message.type === 'done' || message.type === 'failed') resolve(message)
      else if (message.type === 'hashed') deadline.set(this.#options.renderMs, 'too_slow')
      else if (message.type === 'big') void this.#takeTurn(deadline, over.signal)
      else deadline.set(this.#options.stallMs, 'stalled')
    }
    const onExit = (status: number | null, signalName: string | null) =>
      reject(this.#endOf(status, signalName))
    const onAbort = () => this.kill('aborted')
    this.#child.on('message', onChildMessage)
    this.#child.once('exit', onExit)
    signal.addEventListener('abort', onAbort)
    try {
      if (!this.isAlive) throw this.#endOf(this.#child.exitCode, this.#child.signalCode)
      if (signal.aborted) onAbort()
      if (request.type === 'render') deadline.set(this.#options.renderMs, 'too_slow')
      else deadline.set(this.#options.stallMs, 'stalled')
      this.#child.send(request, (error) => {
        if (error !== null && this.isAlive) reject(error)
      })
      const { maxRssBytes } = this.#options
      void watchMemory(this.#child.pid ?? 0, maxRssBytes, () => this.kill('too_much_memory'), over.signal)
      return await promise
    } finally {
      over.abort()
      deadline.clear()
      this.#child.off('message', onChildMessage)
      this.#child.off('exit', onExit)
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

  #endOf(status: number | null, signalName: string | null): ReaderEndedError {
    const how = signalName ?? `status ${status}`
    if (status === MEMORY_EXIT_STATUS)
      return new ReaderEndedError('too_much_memory', `The reader ended: ${how}`)
    const end = this.#killedAs ?? (signalName === null || crashSignals.has(signalName) ? 'crashed' : 'killed')
    return new ReaderEndedError(end, `The reader process ended (${how})`)
  }
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

/**
 * What a reader finds in its environment: nothing of ours, so that a decoder that is taken over learns
 * no secret. Two malloc arenas keep freed memory from piling up in sixteen.
 */
function environmentOf(platform: NodeJS.Platform): NodeJS.ProcessEnv {
  return platform === 'win32' ? { SystemRoot: 'C:\\Windows' } : { MALLOC_ARENA_MAX: '2' }
}
