import { resolve } from 'node:path'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import { restoreBackup } from '../../coordinator/db/backup/restore-backup.ts'
import { showUrl } from '../../coordinator/db/backup/show-url.ts'
import { chooseDatabase } from '../start/database-choice.ts'
import type { Command } from './command.ts'
import { readArguments } from './read-arguments.ts'
import { showProgress } from './show-progress.ts'

const usage = `Usage: hearth restore FILE [options]

Puts a backup into an empty database, of either kind and whichever kind it was made of, and compares every
row. A damaged file is refused before anything is touched, and until the last row is compared nothing changes.

  --data FOLDER        into the database of this data folder (${defaultDataFolder()})
  --to postgres://…    into this server's database instead
  --replace            an embedded database that is there is put aside, and kept under another name
  --json               print one JSON object about it on standard output

Examples:
  hearth restore ~/.local/share/hearth/backups/2026-11-21T03-00-00Z-daily.hearth.zst --replace
  hearth restore /mnt/usb/hearth.zst --data /srv/hearth
  hearth restore /mnt/usb/hearth.zst --to postgres://hearth@db.home/hearth`

/** `hearth restore` */
export const restoreCommand: Command = {
  usage,
  async run(args, screen) {
    const { values, positionals } = readArguments(
      'restore',
      args,
      {
        data: { type: 'string' },
        to: { type: 'string' },
        replace: { type: 'boolean' },
        json: { type: 'boolean' },
      },
      ['FILE'],
    )
    const data = resolve(values.data ?? defaultDataFolder())
    const into =
      values.to === undefined ? chooseDatabase(data, environment.databaseUrl()).location : { url: values.to }
    const report = await restoreBackup({
      path: resolve(positionals[0]!),
      into,
      replace: values.replace ?? false,
      migrateOn: true,
      onProgress: showProgress(screen),
    })
    screen.end()
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    const where = 'url' in into ? showUrl(into.url) : `the embedded database of ${into.data}`
    screen.say(
      `${where} has the ${report.rows.toLocaleString('en-US')} rows of ${report.createdAt}, compared, after ${report.seconds} s`,
    )
    if (report.kept) screen.say(`The database before it is kept in ${report.kept}`)
  },
}
