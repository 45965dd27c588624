import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { environment } from '../../config/environment.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { describeSilence } from '../../coordinator/db/backup/describe-silence.ts'
import { ENGINE_MAJOR, readMajor } from '../../coordinator/db/backup/engine-major.ts'
import { listBackups } from '../../coordinator/db/backup/list-backups.ts'
import type { DatabaseAddress } from '../../coordinator/db/database.ts'
import { AppError } from '../../protocol/errors.ts'
import { BackupSchedule } from './backup-schedule.ts'
import type { ConsoleScreen } from './console-screen.ts'
import { chooseDatabase } from './database-choice.ts'
import { type CommandOutcome, runHearthCommand } from './run-hearth-command.ts'

const MAX_TRIES = 5
const FIRST_PAUSE_MS = 300
const INFO = 30
const WARN = 40

/**
 * What `npm start` does for its database beside running it: upgrades, backups before upgrades, backups each
 * day. Each is a `hearth …` of its own, so that the same can be done by hand.
 *
 * Any → stopped: `stop()`, which ends what is being done at once; nothing is left half by it.
 */
export class DatabaseCare {
  readonly schedule: BackupSchedule
  readonly #data: string
  readonly #screen: ConsoleScreen
  readonly #stopping = new AbortController()

  constructor(data: string, screen: ConsoleScreen) {
    this.#data = data
    this.#screen = screen
    this.schedule = new BackupSchedule({
      backupsFolder: dataFolder.backups(data),
      startedAt: Date.now(),
      makeBackup: (signal) => this.#makeDaily(signal),
    })
  }

  /**
   * The embedded database of another Postgres is brought to this one. Before the data folder is taken, because
   * the command takes it.
   *
   * @throws AppError `version_unsupported` when that cannot be done
   */
  async upgradeEngine(): Promise<void> {
    if ('url' in chooseDatabase(this.#data, environment.databaseUrl()).location) return
    const major = await readMajor(this.#data)
    if (major === undefined || major === ENGINE_MAJOR) return
    this.#screen.say(`The embedded database goes from Postgres ${major} to ${ENGINE_MAJOR}…`)
    const { exitCode, lastLine } = await this.#run(['database', 'upgrade'])
    if (exitCode !== 0) throw new AppError('version_unsupported', lastLine)
    this.#screen.say(lastLine)
  }

  /** @throws AppError `unavailable` when migrations are due, or may be, and no backup could be made */
  async backUpBeforeUpgrade(address: DatabaseAddress): Promise<void> {
    const due = await this.#readDue(address)
    if (due.length === 0) return
    this.#screen.say('A backup is made before the database is brought to this version…')
    const { exitCode, lastLine } = await this.#run(['backup', '--before-upgrade'])
    if (exitCode === 0) this.#screen.say(lastLine)
    else {
      throw new AppError(
        'unavailable',
        `No backup could be made before the database is brought to this version (${lastLine}): mend that, or start with --no-backups`,
      )
    }
  }

  /** What to do about an embedded database that does not open; errors of other kinds as they are. */
  async adviseAboutDamage(error: unknown): Promise<unknown> {
    if (!(error instanceof AppError && error.code === 'database_damaged')) return error
    return new AppError(error.code, `${error.message}. ${await this.#wayBack()}`, { cause: error })
  }

  async #wayBack(): Promise<string> {
    const folder = dataFolder.backups(this.#data)
    const newest = (await listBackups(folder)).at(-1)
    const rest = 'Your pictures and the sidecars beside them are not touched by any of this.'
    if (!newest) {
      return `There is no backup in ${folder}. With a backup elsewhere: npm run --silent hearth -- restore FILE --replace --data ${this.#data}. Without: move the folder away, start anew, and hearth rebuild --from-sidecars brings back what was written to sidecars. ${rest}`
    }
    const made = newest.at.toISOString().slice(0, 16).replace('T', ' ')
    return `The newest backup is of ${made} UTC; this puts it in its place and keeps the damaged folder under another name: npm run --silent hearth -- restore ${join(folder, newest.name)} --replace --data ${this.#data}. ${rest}`
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    await this.schedule.stop()
  }

  /** A server may be starting at the same time; that nothing is due must not be concluded from its silence. */
  async #readDue(address: DatabaseAddress): Promise<string[]> {
    // Loaded here: a start that is refused should not have waited for the driver.
    const { readDueMigrations } = await import('../../coordinator/db/backup/due-migrations.ts')
    for (let tries = 1; ; tries += 1) {
      try {
        return await readDueMigrations(address)
      } catch (error) {
        if (tries === MAX_TRIES || this.#stopping.signal.aborted) throw describe(address, error)
        await sleep(FIRST_PAUSE_MS * 2 ** (tries - 1))
      }
    }
  }

  async #makeDaily(signal: AbortSignal): Promise<void> {
    const outcome = await this.#run(['backup', '--daily', '--json'], signal)
    if (signal.aborted) return
    const line =
      outcome.exitCode === 0
        ? { level: INFO, msg: 'backup made', ...JSON.parse(outcome.report) }
        : { level: WARN, msg: 'backup failed; trying again later', reason: outcome.lastLine }
    this.#screen.log('backup', JSON.stringify(line))
  }

  #run(command: readonly string[], signal = this.#stopping.signal): Promise<CommandOutcome> {
    return runHearthCommand([...command, '--data', this.#data], { signal, onLine: () => {} })
  }
}

function describe(address: DatabaseAddress, error: unknown): AppError {
  if ('url' in address) return describeSilence(address.url, error)
  return new AppError('unavailable', 'The embedded database does not answer', { cause: error })
}
