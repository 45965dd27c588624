import { constants, setPriority } from 'node:os'
import { resolve } from 'node:path'
import { defaultDataFolder, environment } from '../../config/environment.ts'
import type { BackupKind } from '../../coordinator/db/backup/backup-name.ts'
import { dataFolder } from '../../coordinator/db/backup/data-folder.ts'
import { keepBackup } from '../../coordinator/db/backup/keep-backup.ts'
import { chooseDatabase } from '../start/database-choice.ts'
import type { Command } from './command.ts'
import { readArguments } from './read-arguments.ts'
import { showProgress } from './show-progress.ts'

const usage = `Usage: hearth backup [options]

Writes everything that is in the database to one file, while Hearth runs or not, restores that file into a
database of its own, compares every row, and only then gives the file its name. Pictures are not in it.

  --to FILE            where to (a new file in DATA/backups)
  --data FOLDER        Hearth's data folder (${defaultDataFolder()})
  --daily              as the schedule makes them: older ones are cleared away
  --before-upgrade     as those before an upgrade
  --json               print one JSON object about it on standard output

Examples:
  hearth backup
  hearth backup --to /mnt/usb/hearth.zst
  DATABASE_URL=postgres://… hearth backup --daily      # from cron, where no npm start runs`

/** `hearth backup` */
export const backupCommand: Command = {
  usage,
  async run(args, screen) {
    const { values } = readArguments('backup', args, {
      to: { type: 'string' },
      data: { type: 'string' },
      daily: { type: 'boolean' },
      'before-upgrade': { type: 'boolean' },
      json: { type: 'boolean' },
    })
    const data = resolve(values.data ?? defaultDataFolder())
    const kind: BackupKind = values.daily ? 'daily' : values['before-upgrade'] ? 'before-upgrade' : 'manual'
    // Nobody waits for a daily one, and whoever looks at pictures meanwhile should not notice it.
    if (kind === 'daily') setPriority(constants.priority.PRIORITY_BELOW_NORMAL)
    const report = await keepBackup({
      location: chooseDatabase(data, environment.databaseUrl()).location,
      backupsFolder: dataFolder.backups(data),
      kind,
      ...(values.to === undefined ? {} : { path: resolve(values.to) }),
      onProgress: showProgress(screen),
    })
    screen.end()
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`)
    const rows = report.rows.toLocaleString('en-US')
    const size = (report.sizeBytes / 1e6).toFixed(1)
    screen.say(
      `${report.path}: ${rows} rows of ${report.tables} tables, ${size} MB, restored and compared in ${report.seconds} s`,
    )
    if (report.foreignTables.length > 0) {
      screen.say(`Not Hearth's, so a restore leaves it out: ${report.foreignTables.join(', ')}`)
    }
  },
}
