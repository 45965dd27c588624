import { resolve } from 'node:path'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import { readBackupStatus } from '../../coordinator/db/backup/backup-status.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { showUrl } from '../../coordinator/db/backup/show-url.ts'
import { AppError } from '../../protocol/errors.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { chooseDatabase } from '../start/database-choice.ts'
import type { Command } from './command.ts'
import { moveDatabase } from './move-database.ts'
import { readArguments } from './read-arguments.ts'
import { showProgress } from './show-progress.ts'
import { upgradeDatabase } from './upgrade-database.ts'

const usage = `Usage: hearth database [move|upgrade] [options]

Without a word: says which database is used, and how the last backup went.

move --to postgres://…   moves everything to an empty database of a Postgres server (pgvector, ltree)
move --to embedded       moves everything back into the data folder
upgrade                  brings the embedded database to the Postgres version of this Hearth; npm start does it

While it moves or upgrades, Hearth must not run. Rows are counted and compared; the database before is kept.
Killed in between, it is started again with the same words: what had not been compared begins anew. The next
npm start uses the new database.

  --data FOLDER          Hearth's data folder (${defaultDataFolder()})
  --json                 print one JSON object about it on standard output

Examples:
  hearth database
  hearth database move --to postgres://hearth:secret@db.home/hearth
  hearth database move --to embedded`

/** `hearth database …` */
export const databaseCommand: Command = {
  usage,
  async run(args, screen) {
    const [word, ...rest] = args
    if (word === 'move') return move(rest, screen)
    if (word === 'upgrade') return upgrade(rest, screen)
    return show(args, screen)
  },
}

async function show(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values } = readArguments('database', args, { data: { type: 'string' }, json: { type: 'boolean' } })
  const data = resolve(values.data ?? defaultDataFolder())
  const { location, notes } = chooseDatabase(data, environment.databaseUrl())
  const backups = await readBackupStatus(dataFolder.backups(data))
  const database = 'url' in location ? showUrl(location.url) : dataFolder.database(data)
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ engine: 'url' in location ? 'server' : 'embedded', database, notes, backups })}\n`,
    )
    return
  }
  screen.say('url' in location ? `Postgres server ${database}` : `Embedded database in ${database}`)
  for (const note of notes) screen.say(note)
  const { lastSuccess, lastFailure } = backups
  screen.say(lastSuccess ? `Last backup ${lastSuccess.at}: ${lastSuccess.path}` : 'No backup yet')
  if (lastFailure) screen.say(`The last try at ${lastFailure.at} failed: ${lastFailure.message}`)
}

async function move(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values } = readArguments('database', args, {
    to: { type: 'string' },
    data: { type: 'string' },
    json: { type: 'boolean' },
  })
  if (values.to === undefined) {
    throw new AppError(
      'bad_request',
      '--to is missing: give postgres://… or embedded; see hearth database --help',
    )
  }
  const report = await moveDatabase({
    data: resolve(values.data ?? defaultDataFolder()),
    to: values.to === 'embedded' ? 'embedded' : { url: values.to },
    environmentUrl: environment.databaseUrl(),
    onProgress: showProgress(screen),
  })
  screen.end()
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  for (const sentence of report.sentences) screen.say(sentence)
}

async function upgrade(args: readonly string[], screen: ConsoleScreen): Promise<void> {
  const { values } = readArguments('database', args, { data: { type: 'string' }, json: { type: 'boolean' } })
  const data = resolve(values.data ?? defaultDataFolder())
  const report = await upgradeDatabase(data, showProgress(screen))
  screen.end()
  if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
  screen.say(
    report.kept
      ? `The embedded database went from Postgres ${report.from} to ${report.to}; the one before is kept in ${report.kept}`
      : `The embedded database needs no upgrade (Postgres ${report.to})`,
  )
}
