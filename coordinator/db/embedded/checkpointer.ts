import type { PGlite } from '@electric-sql/pglite'
import { simpleQuery } from './run-alone.ts'

const MB = 1024 * 1024
/** Recovery reads the log again from the last checkpoint: about a second for each 100 MB. */
const LIMIT_BYTES = 128 * MB
/** One segment of the log. */
const SMALLEST_LIMIT_BYTES = 16 * MB
const LIMIT_MS = 120_000

export type LogState = {
  /** Log since the last checkpoint. */
  logBytes: number
  /** Since the last checkpoint. */
  ageMs: number
  /** What the disk still takes. */
  freeBytes: number
}

/**
 * Whether a checkpoint is due. `urgent`: also within a client's transaction, for one that never ends must not
 * fill the disk.
 *
 * By size, so that the log stays small, the more so when the disk is nearly full. By time, so that recovery
 * after a crash is short; never on an idle database, so that its disk may sleep.
 */
export function judgeLog({ logBytes, ageMs, freeBytes }: LogState): 'fine' | 'due' | 'urgent' {
  const limitBytes = Math.max(SMALLEST_LIMIT_BYTES, Math.min(LIMIT_BYTES, freeBytes / 4))
  if (logBytes >= 2 * limitBytes) return 'urgent'
  if (logBytes >= limitBytes) return 'due'
  return logBytes > 0 && ageMs >= LIMIT_MS ? 'due' : 'fine'
}

/**
 * Runs the checkpoints that the embedded engine never runs by itself, and without which its log grows for ever.
 *
 * idle → running: `consider()`, asked after each batch of a client and now and then, finds one due.
 * running → idle: when it is done; one that failed is tried again at the next asking.
 * The last checkpoint is the engine's own, when it closes.
 */
export class Checkpointer {
  readonly #freeBytes: () => number
  readonly #onFailed: (error: unknown) => void
  #logBytes = 0
  #doneAt = performance.now()
  #running = false

  constructor(freeBytes: () => number, onFailed: (error: unknown) => void) {
    this.#freeBytes = freeBytes
    this.#onFailed = onFailed
  }

  /** The engine has written to its log. */
  logWritten(bytes: number): void {
    this.#logBytes += bytes
  }

  /** The engine has finished a checkpoint, whoever asked for it. */
  checkpointDone(): void {
    this.#logBytes = 0
    this.#doneAt = performance.now()
  }

  async consider(database: PGlite): Promise<void> {
    if (this.#running || this.#logBytes === 0 || this.#judge() === 'fine') return
    this.#running = true
    try {
      await database.runExclusive(async () => {
        if (this.#judge() === 'urgent' || !database.isInTransaction()) {
          await database.execProtocol(simpleQuery('checkpoint'), { throwOnError: true })
        }
      })
    } catch (error) {
      this.#onFailed(error)
    } finally {
      this.#running = false
    }
  }

  #judge() {
    return judgeLog({
      logBytes: this.#logBytes,
      ageMs: performance.now() - this.#doneAt,
      freeBytes: this.#freeBytes(),
    })
  }
}
