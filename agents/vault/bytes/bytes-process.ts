import type { ChildProcess } from 'node:child_process'
import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { AppError } from '../../../protocol/errors.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import type { Cage } from '../../cage/cage.ts'
import { forkCaged } from '../../cage/fork-caged.ts'
import { endProcess } from '../end-process.ts'
import type { BytesMessage, BytesRequest } from './messages.ts'
import type { PartRequest } from './open-part.ts'

const ENTRY = fileURLToPath(new URL('./main.ts', import.meta.url))

/** An idle process costs 50 MB, starting one a tenth of a second. */
const IDLE_LIMIT_MS = 60_000
/** Read ahead for a browser that is slower than the disk. */
const READ_AHEAD_BYTES = 512 * 1024

export type BytesProcessOptions = {
  cage: Cage
  /** Folders that it may read. */
  roots: readonly PathName[]
  stallTimeoutMs: number
}

/** Its cage is older than the folder that it was to read from: the next process can. */
export class ShutOutError extends Error {}

/** Who waits for the answer to one message. */
type Waiting = {
  resolve: (message: BytesMessage) => void
  reject: (error: Error) => void
  timer: NodeJS.Timeout
}

/**
 * One process that serves originals, as its parent sees it.
 *
 * running → ended: one of its reads takes too long, nobody wants anything for a minute, it exits, its cage
 * is older than the folder, or `stop()`. All its parts end with it: they lie on the same disk. There is no way back:
 * `OriginalsServer` starts another one.
 */
export class BytesProcess {
  readonly #child: ChildProcess
  readonly #stallTimeoutMs: number
  readonly #waiting = new Map<number, Waiting>()
  #lastId = 0
  #openParts = 0
  #hasWorked = false
  #isEnded = false
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: BytesProcessOptions) {
    this.#stallTimeoutMs = options.stallTimeoutMs
    this.#child = forkCaged(options.cage, ENTRY, [], { reads: options.roots })
    this.#child.on('message', (message: BytesMessage) => this.#take(message))
    this.#child.once('exit', () =>
      this.#end(new AppError('unavailable', 'The process that reads originals ended')),
    )
    this.#child.on('error', (error) => this.#end(error))
  }

  /** Whether it takes more requests. */
  get isAlive(): boolean {
    return !this.#isEnded
  }

  /** Waits until it is gone after its end; false when it hangs in a disk that does not answer. */
  async isGone(): Promise<boolean> {
    return await endProcess(this.#child)
  }

  async stop(): Promise<void> {
    this.#end(new AppError('unavailable', 'The agent is stopping'))
    await endProcess(this.#child)
  }

  /**
   * A part of an original. Whoever has the stream ends or destroys it.
   *
   * @throws AppError as `openPart` does; `timed_out` when the disk does not answer; ShutOutError
   */
  async open(request: PartRequest): Promise<Readable> {
    this.#lastId += 1
    const id = this.#lastId
    this.#openParts += 1
    clearTimeout(this.#idleTimer)
    try {
      await this.#ask({ type: 'open', id, request }, request)
    } catch (error) {
      this.#leave()
      throw error
    }
    const stream: Readable = new Readable({
      highWaterMark: READ_AHEAD_BYTES,
      read: () => {
        this.#ask({ type: 'more', id }, request).then(
          (message) => stream.push(message.type === 'bytes' ? message.bytes : null),
          (error) => stream.destroy(error),
        )
      },
      destroy: (error, done) => {
        this.#send({ type: 'close', id })
        this.#leave()
        done(error)
      },
    })
    return stream
  }

  #leave(): void {
    this.#openParts -= 1
    if (this.#openParts > 0) return
    this.#idleTimer = setTimeout(() => void this.stop(), IDLE_LIMIT_MS)
    this.#idleTimer.unref()
  }

  #ask(message: Extract<BytesRequest, { type: 'open' | 'more' }>, part: PartRequest): Promise<BytesMessage> {
    const { promise, resolve, reject } = Promise.withResolvers<BytesMessage>()
    if (this.#isEnded) {
      return Promise.reject(new AppError('unavailable', 'The process that reads originals ended'))
    }
    const timer = setTimeout(() => {
      const text = `Reading ${displayPathName(part.path)} stopped: its disk or share does not answer`
      this.#end(new AppError('timed_out', text))
    }, this.#stallTimeoutMs)
    this.#waiting.set(message.id, { resolve, reject, timer })
    this.#send(message)
    return promise
  }

  #send(message: BytesRequest): void {
    // Its end is heard of otherwise.
    if (!this.#isEnded) this.#child.send(message, () => undefined)
  }

  #take(message: BytesMessage): void {
    if (message.type === 'failed' && message.isShutOut && this.#hasWorked) {
      this.#end(new ShutOutError('This process may not read its folder any more'))
      return
    }
    this.#hasWorked = true
    const waiting = this.#waiting.get(message.id)
    this.#waiting.delete(message.id)
    clearTimeout(waiting?.timer)
    if (message.type === 'failed') waiting?.reject(new AppError(message.code, message.message))
    else waiting?.resolve(message)
  }

  #end(error: Error): void {
    if (this.#isEnded) return
    this.#isEnded = true
    clearTimeout(this.#idleTimer)
    this.#child.kill('SIGKILL')
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer)
      reject(error)
    }
    this.#waiting.clear()
  }
}
