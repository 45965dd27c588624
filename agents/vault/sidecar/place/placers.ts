import { AppError } from '../../../../protocol/errors.ts'
import { displayPathName } from '../../../../protocol/path-name.ts'
import type { Cage } from '../../../cage/cage.ts'
import type { PlacerAnswer, PlacerRequest, PlacerTask } from './messages.ts'
import { PlacerEndedError, PlacerProcess } from './placer-process.ts'

/** Folders that are written in turns keep their processes; each holds 50 MB. */
const MAX_PROCESSES = 4
const IDLE_LIMIT_MS = 30_000

const stale = { type: 'stale' } as const

export type PlacersOptions = { cage: Cage; stallTimeoutMs: number }

/** One folder. */
type Place = {
  process: PlacerProcess | undefined
  users: number
  idle?: NodeJS.Timeout
}

/**
 * The processes that write sidecars, one for each folder. They start when they are needed, and end when nobody has
 * needed them for half a minute or others need the room; `stop` ends them all.
 */
export class Placers {
  readonly #options: PlacersOptions
  /** The one that was used last comes last. */
  readonly #places = new Map<string, Place>()

  constructor(options: PlacersOptions) {
    this.#options = options
  }

  /**
   * Asks the process of a folder, which it starts if there is none.
   *
   * @throws AppError `timed_out`; PlacerEndedError; the signal's reason when that aborts
   */
  async ask(task: PlacerTask, request: PlacerRequest, signal: AbortSignal): Promise<PlacerAnswer> {
    const key = JSON.stringify(task)
    const place = this.#places.get(key) ?? { process: undefined, users: 0 }
    this.#places.delete(key)
    this.#places.set(key, place)
    clearTimeout(place.idle)
    place.users += 1
    try {
      return await this.#ask(place, task, request, signal)
    } finally {
      place.users -= 1
      if (place.users === 0) {
        place.idle = setTimeout(() => void this.#end(key, place), IDLE_LIMIT_MS)
        place.idle.unref()
      }
      await this.#makeRoom()
    }
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#places].map(([key, place]) => this.#end(key, place)))
  }

  async #ask(
    place: Place,
    task: PlacerTask,
    request: PlacerRequest,
    signal: AbortSignal,
  ): Promise<PlacerAnswer> {
    const process = await this.#processOf(place, task)
    const answer = await process.ask(request, signal).catch((error: unknown) => {
      // One that was killed while it waited for work. What a write has done first has to be looked at.
      if (error instanceof PlacerEndedError && request.type === 'read') return stale
      throw error
    })
    if (answer.type !== 'stale') return answer
    await process.stop()
    return await (await this.#processOf(place, task)).ask(request, signal)
  }

  async #processOf(place: Place, task: PlacerTask): Promise<PlacerProcess> {
    const before = place.process
    if (before?.isAlive) return before
    // Another one would hang as well, and another after that.
    if (before !== undefined && !(await before.stop())) {
      throw new AppError(
        'timed_out',
        `${displayPathName(task.root)} is on a disk or share that does not answer`,
      )
    }
    // Somebody who waited for the same end may have started the next already.
    if (place.process === undefined || place.process === before) {
      place.process = new PlacerProcess({ ...this.#options, task })
    }
    return place.process
  }

  async #makeRoom(): Promise<void> {
    const idle = [...this.#places].filter(([, { users }]) => users === 0)
    const surplus = this.#places.size - MAX_PROCESSES
    await Promise.all(idle.slice(0, Math.max(0, surplus)).map(([key, place]) => this.#end(key, place)))
  }

  async #end(key: string, place: Place): Promise<void> {
    clearTimeout(place.idle)
    this.#places.delete(key)
    await place.process?.stop()
  }
}
