import { setTimeout as sleep } from 'node:timers/promises'
import type { FileFacts } from './messages/file-facts.ts'
import type { SmbEntry } from './messages/query-directory-message.ts'
import { SmbError } from './smb-error.ts'
import { SmbTree, type SmbTreeOptions } from './smb-tree.ts'

const FIRST_PAUSE_MS = 200
const LONGEST_PAUSE_MS = 3_000
/** Servers keep an idle session for minutes; a laptop that sleeps would find it dead. */
const IDLE_LIMIT_MS = 60_000

export type SmbShareOptions = SmbTreeOptions & {
  /** How long a server that has gone may stay away before what it was asked fails. */
  reconnectLimitMs: number
  /** The same for a file that nobody has begun to read: another source may have it at once. */
  openLimitMs: number
}

/**
 * A share that is there as long as its server is: dials when it is needed, and anew when the connection is lost.
 *
 * idle → connected: somebody asks for something. connected → idle: the connection is lost, or nobody asks for a
 * minute. any → stopped: `stop()`; what still runs fails.
 */
export class SmbShare {
  readonly #options: SmbShareOptions
  readonly #stopping = new AbortController()
  #tree: Promise<SmbTree> | undefined
  #dialling: Promise<SmbTree> | undefined
  #users = 0
  #idleTimer: NodeJS.Timeout | undefined

  constructor(options: SmbShareOptions) {
    this.#options = options
  }

  async stop(): Promise<void> {
    clearTimeout(this.#idleTimer)
    this.#stopping.abort(new SmbError('unavailable', 'The agent is stopping', { scope: 'server' }))
    const tree = await this.#tree?.catch(() => undefined)
    await tree?.close()
  }

  get openLimitMs(): number {
    return this.#options.openLimitMs
  }

  stat(name: string, signal: AbortSignal): Promise<FileFacts> {
    return this.use((tree) => tree.stat(name, signal), signal)
  }

  /** All entries of a folder: either all of them, from one connection, or an error. */
  list(name: string, signal: AbortSignal): Promise<SmbEntry[]> {
    return this.use(async (tree) => (await Array.fromAsync(tree.list(name, signal))).flat(), signal)
  }

  /**
   * Runs what may be run again: when the connection is lost, on the next one, until the server has been away for
   * `limitMs`.
   */
  async use<T>(
    work: (tree: SmbTree) => Promise<T>,
    signal: AbortSignal,
    limitMs = this.#options.reconnectLimitMs,
  ): Promise<T> {
    const startMs = performance.now()
    for (let tries = 0; ; tries += 1) {
      try {
        return await this.once(work, signal)
      } catch (error) {
        const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** tries)
        const isLate = performance.now() - startMs + pauseMs > limitMs
        if (!(error instanceof SmbError && error.mayReconnect) || isLate || this.#stopping.signal.aborted)
          throw error
        await this.#pause(pauseMs, signal)
      }
    }
  }

  /** Runs what must not be run again by itself, on the connection there is or a new one. */
  async once<T>(work: (tree: SmbTree) => Promise<T>, signal: AbortSignal): Promise<T> {
    this.#users += 1
    clearTimeout(this.#idleTimer)
    try {
      return await work(await this.#connected(signal))
    } finally {
      this.#users -= 1
      if (this.#users === 0) this.#restLater()
    }
  }

  async #pause(pauseMs: number, signal: AbortSignal): Promise<void> {
    const either = AbortSignal.any([signal, this.#stopping.signal])
    await sleep(pauseMs, undefined, { signal: either }).catch(() => either.throwIfAborted())
  }

  /** One connection for all who ask at the same time; none of them alone can give it up. */
  async #connected(signal: AbortSignal): Promise<SmbTree> {
    this.#stopping.signal.throwIfAborted()
    signal.throwIfAborted()
    const before = await this.#tree?.catch(() => undefined)
    if (before?.isOpen) return before
    this.#tree = this.#dialling ??= SmbTree.connect(this.#options, this.#stopping.signal).finally(() => {
      this.#dialling = undefined
    })
    return await this.#tree
  }

  #restLater(): void {
    if (this.#stopping.signal.aborted) return
    this.#idleTimer = setTimeout(() => {
      const tree = this.#tree
      this.#tree = undefined
      tree?.then((each) => each.close()).catch(() => undefined)
    }, IDLE_LIMIT_MS)
    this.#idleTimer.unref()
  }
}
