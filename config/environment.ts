import { homedir } from 'node:os'
import { join } from 'node:path'

/** What the environment says; the only place besides the loader that reads it. */
export const environment = {
  /** A Postgres server to use instead of the embedded database. */
  databaseUrl: (): string | undefined => process.env.DATABASE_URL || undefined,
  /** For the PATH of programs that Hearth calls and little else: children get no secrets. */
  path: (): string => process.env.PATH ?? '',
  /** All of it, for the loader of the configuration. */
  variables: (): Readonly<Record<string, string | undefined>> => process.env,
  /** Where Node keeps what it has compiled; undefined when nobody says. */
  codeCache: (): string | undefined => process.env.NODE_COMPILE_CACHE || undefined,
  noColor: (): boolean => Boolean(process.env.NO_COLOR),
}

/** Where Hearth keeps its data when nobody says otherwise: the user's own data directory. */
export function defaultDataFolder(platform: NodeJS.Platform = process.platform): string {
  if (platform === 'darwin') return join(homedir(), 'Library', 'Application Support', 'Hearth')
  if (platform === 'win32')
    return join(process.env.LOCALAPPDATA ?? join(homedir(), 'AppData', 'Local'), 'Hearth')
  return join(process.env.XDG_DATA_HOME || join(homedir(), '.local', 'share'), 'hearth')
}

/** Where a configuration file is looked for, best first, when nobody names one. */
export function usualConfigFiles(): string[] {
  const own = process.env.XDG_CONFIG_HOME || join(homedir(), '.config')
  const folders = process.platform === 'win32' ? [] : ['/etc/hearth']
  return [join(own, 'hearth'), ...folders].map((folder) => join(folder, 'hearth.yaml'))
}

/** What a child process needs of our environment to find programs and places, and nothing else. */
export function childEnvironment(): Record<string, string> {
  const kept = [
    'PATH',
    'HOME',
    'USER',
    'LANG',
    'LC_ALL',
    'TZ',
    'TMPDIR',
    'SYSTEMROOT',
    'TEMP',
    'TMP',
    'LOCALAPPDATA',
    'XDG_RUNTIME_DIR',
    'NODE_COMPILE_CACHE',
  ]
  return Object.fromEntries(
    kept.flatMap((name) => (process.env[name] === undefined ? [] : [[name, process.env[name]]])),
  )
}

/** Runs `work` as in production: some tools read their mode from the environment and nowhere else. */
export async function inProduction<T>(work: () => Promise<T>): Promise<T> {
  const before = process.env.NODE_ENV
  process.env.NODE_ENV = 'production'
  try {
    return await work()
  } finally {
    if (before === undefined) delete process.env.NODE_ENV
    else process.env.NODE_ENV = before
  }
}
