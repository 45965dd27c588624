import { close, closeSync, fdatasync, openSync } from 'node:fs'
import { syncFile } from './sync-path.ts'

type Round = { paths: Set<string> } & PromiseWithResolvers<void>

/** A disk that is quicker than this is not worth another thread's time. */
const QUICK_MS = 1
/** The weight of the newest sync in the average. */
const NEWEST_SHARE = 0.2
/** On a slow disk every so many-th sync is waited for, which tells whether it still is slow. */
const LOOK_AGAIN_EVERY = 32

/**
 * Syncs the write-ahead log beside the engine, one sync for all commits that wait for one.
 *
 * The engine asks for a sync at each commit and would stand still until the disk has done it. On a slow disk
 * it is told at once that it is done, and goes on with the next client while the sync runs; the answer to the
 * client is held back until then (`settled`). What asks for a sync meanwhile shares the next one. With 5 ms a
 * sync and 8 clients that made 527 commits a second instead of 155, and a read among them took 10 ms instead
 * of 92. On a quick disk the engine waits, because handing over to a thread takes longer. How quick it is, only syncs that
 * were waited for can tell: the end of one beside the engine is noticed when the engine next pauses.
 *
 * The engine now believes that log to be on the disk which is not yet. That is safe as long as nothing else
 * reaches the files before it: `settleNow` must be called before any change that is not an append to the log.
 *
 * idle → syncing: `owe()`, on a slow disk. syncing → syncing: with what was owed meanwhile. syncing → idle: nothing is owed.
 * Any → failed: a sync failed. There is no way back: what was answered may be lost, so the process must end.
 */
export class LogSync {
  readonly #onFailed: (error: unknown) => void
  readonly #quickMs: number
  readonly #now: () => number
  #sinceLook = 0
  #running: Round | undefined
  #next: Round = newRound()
  #averageMs = 0

  /**
   * @param onFailed must end the process
   * @param quickMs a disk whose syncs take less on average is waited for
   * @param now a clock, in ms
   */
  constructor(onFailed: (error: unknown) => void, quickMs = QUICK_MS, now = () => performance.now()) {
    this.#onFailed = onFailed
    this.#quickMs = quickMs
    this.#now = now
  }

  /** What was written to this file of the log until now is to be on the disk, soon. */
  owe(path: string): void {
    this.#next.paths.add(path)
    if (this.#averageMs < this.#quickMs || ++this.#sinceLook >= LOOK_AGAIN_EVERY) this.settleNow()
    else if (!this.#running) this.#start()
  }

  /** Resolves when everything owed until now is on the disk; undefined when it is already. */
  settled(): Promise<void> | undefined {
    if (this.#next.paths.size > 0) return this.#next.promise
    return this.#running?.promise
  }

  /** Waits for the disk here and now. */
  settleNow(): void {
    const owed = [...(this.#running?.paths ?? []), ...this.#next.paths]
    if (owed.length === 0) return
    try {
      const startedAt = this.#now()
      for (const path of new Set(owed)) syncFile(path)
      this.#averageMs += NEWEST_SHARE * (this.#now() - startedAt - this.#averageMs)
      this.#sinceLook = 0
    } catch (error) {
      this.#onFailed(error)
      throw error
    }
    // The sync under way goes on, but nobody needs it.
    this.#running?.paths.clear()
    this.#running?.resolve()
    this.#next.resolve()
    this.#next = newRound()
  }

  #start(): void {
    const round = this.#next
    this.#running = round
    this.#next = newRound()
    Promise.all([...round.paths].map(syncBeside)).then(
      () => {
        round.resolve()
        this.#running = undefined
        if (this.#next.paths.size > 0) this.#start()
      },
      // Nobody may be told that it is done, so the round stays open.
      (error) => this.#onFailed(error),
    )
  }
}

function newRound(): Round {
  return { paths: new Set(), ...Promise.withResolvers<void>() }
}

/** In a thread of Node's pool. With the callbacks, because these are what the power-loss simulator records. */
function syncBeside(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const file = openSync(path, 'r+')
    fdatasync(file, (error) => {
      if (error) {
        closeSync(file)
        reject(error)
      } else close(file, () => resolve())
    })
  })
}
