import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { defaultDataFolder } from '../../config/environment.ts'
import { LogLevel } from '../../config/process-config.ts'
import { AppError } from '../../protocol/errors.ts'

export const usage = `Usage: npm start -- [PATH…] [options]

Turns folders of pictures into a gallery. Paths given once are remembered.

  --port NUMBER                 where to listen (8470; 0 takes a free port)
  --host ADDRESS                127.0.0.1, this machine alone; 0.0.0.0 for the whole network
  --tls                         encrypt connections, with a certificate that Hearth makes and keeps
  --data FOLDER                 where Hearth keeps its own data (${defaultDataFolder()})
  --admin-name NAME             make this administrator if there is none of that name…
  --admin-password-file FILE    …with the password in this file
  --once                        scan, read everything, and end
  --json                        with --once: print one JSON object about it on standard output
  --no-backups                  make none: not each day, and not before an upgrade
  --log-level LEVEL             fatal, error, warn, info (default), debug, trace
  --help

DATABASE_URL, if set, names a Postgres server to use instead of the embedded database; hearth database move
goes there with everything. hearth --help lists what else can be done.`

const Options = z.object({
  paths: z.array(z.string()),
  port: z
    .string()
    .regex(/^\d{1,5}$/, 'give a number from 0 to 65535')
    .transform(Number)
    .refine((port) => port <= 65_535, 'give a number from 0 to 65535')
    .default(8470),
  host: z.string().min(1).default('127.0.0.1'),
  tls: z.boolean().default(false),
  data: z.string().min(1).default(defaultDataFolder),
  adminName: z.string().min(1).max(64).optional(),
  adminPasswordFile: z.string().min(1).optional(),
  once: z.boolean().default(false),
  json: z.boolean().default(false),
  noBackups: z.boolean().default(false),
  logLevel: LogLevel.default('info'),
  help: z.boolean().default(false),
})
export type StartOptions = z.output<typeof Options>

/**
 * Reads the command line of `npm start`.
 *
 * @throws AppError `bad_request` with one sentence
 */
export function readOptions(args: readonly string[]): StartOptions {
  const parsed = Options.safeParse(parse(args))
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!
    const name = String(issue.path[0]).replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    throw new AppError('bad_request', `--${name} is wrong: ${issue.message}; see npm start -- --help`)
  }
  const options = parsed.data
  if (options.paths.includes('')) {
    throw new AppError('bad_request', 'One of the paths is empty: give folders with pictures')
  }
  if ((options.adminName === undefined) !== (options.adminPasswordFile === undefined)) {
    throw new AppError(
      'bad_request',
      '--admin-name and --admin-password-file go together: give both or neither',
    )
  }
  if (options.json && !options.once) {
    throw new AppError('bad_request', '--json reports on a run that ends: give --once too')
  }
  return { ...options, data: resolve(options.data), paths: options.paths.map((path) => resolve(path)) }
}

function parse(args: readonly string[]) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        port: { type: 'string' },
        host: { type: 'string' },
        tls: { type: 'boolean' },
        data: { type: 'string' },
        'admin-name': { type: 'string' },
        'admin-password-file': { type: 'string' },
        once: { type: 'boolean' },
        json: { type: 'boolean' },
        'no-backups': { type: 'boolean' },
        'log-level': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    })
    return {
      ...values,
      adminName: values['admin-name'],
      adminPasswordFile: values['admin-password-file'],
      noBackups: values['no-backups'],
      logLevel: values['log-level'],
      paths: positionals,
    }
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error)
    throw new AppError('bad_request', `${reason}; see npm start -- --help`, { cause: error })
  }
}
