import { sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { AppError } from '../../protocol/errors.ts'
import type { Database } from './database.ts'
import * as mainJob from './migrations/0001-main-job.ts'
import * as leases from './migrations/0002-leases.ts'
import * as severalCoordinators from './migrations/0003-several-coordinators.ts'
import * as databaseChecks from './migrations/0004-database-checks.ts'
import * as pairing from './migrations/0005-pairing.ts'
import * as wake from './migrations/0006-wake.ts'
import * as sources from './migrations/0007-sources.ts'
import * as apiTokens from './migrations/0008-api-tokens.ts'
import * as curation from './migrations/0009-curation.ts'
import * as vision from './migrations/0010-vision.ts'
import * as judging from './migrations/0011-judging.ts'
import * as largeEdits from './migrations/0012-large-edits.ts'
import * as searchSpaces from './migrations/0013-search-spaces.ts'

/** In order, forward only; each runs once, all that are due in one transaction. */
export const migrations: Record<string, Migration> = {
  '0001-main-job': mainJob,
  '0002-leases': leases,
  '0003-several-coordinators': severalCoordinators,
  '0004-database-checks': databaseChecks,
  '0005-pairing': pairing,
  '0006-wake': wake,
  '0007-sources': sources,
  '0008-api-tokens': apiTokens,
  '0009-curation': curation,
  '0010-vision': vision,
  '0011-judging': judging,
  '0012-large-edits': largeEdits,
  '0013-search-spaces': searchSpaces,
}

/**
 * Brings the database to this version's schema.
 *
 * @throws AppError `version_unsupported` when a newer Hearth has already changed the schema, or when the
 *   server lacks pgvector or ltree; nothing is touched then
 */
export async function migrate(db: Database, known: Record<string, Migration> = migrations): Promise<void> {
  await requireExtensions(db)
  await refuseNewer(db, known)
  const migrator = new Migrator({ db, provider: { getMigrations: async () => known } })
  const { error } = await migrator.migrateToLatest()
  if (error)
    throw new AppError('internal', `The database could not be brought to this version: ${message(error)}`, {
      cause: error,
    })
}

async function requireExtensions(db: Database): Promise<void> {
  const { rows } = await sql<{ name: string; version: string }>`
    select name, coalesce(installed_version, default_version) as version
    from pg_available_extensions where name in ('vector', 'ltree')`.execute(db)
  const version = new Map(rows.map((row) => [row.name, row.version]))
  if (!version.has('vector')) {
    throw new AppError(
      'version_unsupported',
      'The Postgres server has no pgvector: install it there (Debian: apt-get install postgresql-17-pgvector), or unset DATABASE_URL to use the embedded database',
    )
  }
  const [major = 0, minor = 0] = (version.get('vector') ?? '').split('.').map(Number)
  if (major === 0 && minor < 7) {
    throw new AppError(
      'version_unsupported',
      `The Postgres server has pgvector ${version.get('vector')}; Hearth needs 0.7 or newer (0.8.2 or newer is recommended): upgrade it there`,
    )
  }
  if (!version.has('ltree')) {
    throw new AppError(
      'version_unsupported',
      'The Postgres server has no ltree: install the contrib extensions there (Debian: they come with postgresql-17)',
    )
  }
}

async function refuseNewer(db: Database, known: Record<string, Migration>): Promise<void> {
  const { rows: tables } = await sql`select 1 where to_regclass('kysely_migration') is not null`.execute(db)
  if (tables.length === 0) return
  const { rows } = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)
  const newer = rows.map((row) => row.name).filter((name) => !(name in known))
  if (newer.length > 0) {
    throw new AppError(
      'version_unsupported',
      `The database was made by a newer Hearth (it has ${newer.join(', ')}): start that version, or give this one another data folder or database`,
    )
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
