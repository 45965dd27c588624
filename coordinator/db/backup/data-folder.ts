import { join } from 'node:path'

/** Where things lie in Hearth's data folder. */
export const dataFolder = {
  /** The embedded database: `pgdata`, and the lock of its process. */
  database: (data: string) => join(data, 'database'),
  /** The embedded database's socket, or a link to the folder with it where this path would be too long. */
  run: (data: string) => join(data, 'run'),
  /** What Node has compiled of Hearth's own code; may be removed at any time. */
  codeCache: (data: string) => join(data, 'cache', 'code'),
  backups: (data: string) => join(data, 'backups'),
}

export function pgdataOf(database: string): string {
  return join(database, 'pgdata')
}
