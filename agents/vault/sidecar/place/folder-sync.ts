import { fsync } from 'node:fs'
import { promisify } from 'node:util'

const syncFile = promisify(fsync)

/**
 * Syncs one open folder for all who have changed names in it: a sync costs the same for one change as for many, so whoever
 * asks while one runs shares the next.
 */
export class FolderSync {
  readonly #fd: number
  readonly #sync: (fd: number) => Promise<void>
  #running: Promise<unknown> = Promise.resolve()
  #next: Promise<void> | undefined

  /** @param sync left out but in tests */
  constructor(fd: number, sync: (fd: number) => Promise<void> = syncFile) {
    this.#fd = fd
    this.#sync = sync
  }

  /** Every change that was made before the call is on the disk when this returns. */
  async sync(): Promise<void> {
    // The one that runs may have begun before the caller's change.
    this.#next ??= this.#running.then(() => {
      this.#next = undefined
      const synced = this.#sync(this.#fd)
      this.#running = synced.catch(() => undefined)
      return synced
    })
    await this.#next
  }
}
