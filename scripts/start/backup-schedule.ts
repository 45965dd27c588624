import { setTimeout as sleep } from 'node:timers/promises'
import { readBackupStatus } from '../../coordinator/db/backup/backup-status.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import { nextBackupAt } from './next-backup-at.ts'

/** The clock may be set, and a laptop may sleep: the time is looked at again at least so often. */
const LOOK_MS = 10_000

export type BackupScheduleOptions = {
  backupsFolder: string
  /** When Hearth was started; milliseconds since 1970. */
  startedAt: number
  /** Makes one and says how it went; must not throw. */
  makeBackup: (signal: AbortSignal) => Promise<void>
}

/**
 * Has a backup made each day that Hearth runs.
 *
 * idle → running: `start()`. What was made and what failed is read from the folder each time, so that it
 *   outlives this process, and a backup made by hand in between counts.
 * running → stopped: `stop()`, which also ends a backup that is being made; the one before it stays.
 */
export class BackupSchedule {
  readonly #options: BackupScheduleOptions
  readonly #stopping = new AbortController()
  #loop: Promise<void> | undefined

  constructor(options: BackupScheduleOptions) {
    this.#options = options
  }

  start(): void {
    this.#loop ??= this.#run(this.#stopping.signal)
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.#loop
  }

  async #run(signal: AbortSignal): Promise<void> {
    let lastTriedAt: number | null = null
    while (!signal.aborted) {
      const waitMs = (await this.#nextAt(lastTriedAt)) - Date.now()
      if (waitMs > 0) {
        await sleep(Math.min(waitMs, LOOK_MS), undefined, { signal }).catch(() => {})
      } else {
        lastTriedAt = Date.now()
        await this.#options.makeBackup(signal)
      }
    }
  }

  async #nextAt(lastTriedAt: number | null): Promise<number> {
    const { backupsFolder, startedAt } = this.#options
    const { lastFailure } = await readBackupStatus(backupsFolder)
    const lastDaily = (await listBackups(backupsFolder)).findLast(({ kind }) => kind === 'daily')
    return nextBackupAt(
      {
        lastDailyAt: lastDaily?.at.getTime() ?? null,
        failures: lastFailure && { lastAt: Date.parse(lastFailure.at), count: lastFailure.count },
        lastTriedAt,
        startedAt,
      },
      Date.now(),
    )
  }
}
