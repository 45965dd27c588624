import type { DatabaseSession } from './database-session.ts'
import { openEmbeddedSession } from './embedded-session.ts'
import { ENGINE_MAJOR } from './engine-major.ts'

/** A build of PGlite, which opens folders of one major version of Postgres only. */
export type Engine = { major: number; open: (pgdata: string) => Promise<DatabaseSession> }

/** The one that runs. */
export const currentEngine: Engine = { major: ENGINE_MAJOR, open: openEmbeddedSession }

/**
 * Those that earlier versions of Hearth ran. None yet: the release that moves to Postgres 19 installs today's
 * PGlite and its pgvector under other names, and opens folders of 18 with them.
 */
export const olderEngines: readonly Engine[] = []
