import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { constants, createZstdCompress } from 'node:zlib'
import { AppError } from '../../../protocol/errors.ts'
import {
  BACKUP_FORMAT,
  type BackupFooter,
  type BackupHeader,
  type BackupSource,
  END_OF_ROWS,
  type TableTotals,
} from './backup-format.ts'
import type { DatabaseSession } from './database-session.ts'
import type { OnProgress } from './progress.ts'
import {
  type CatalogueTable,
  quoteName,
  readMigrations,
  readSequences,
  readTables,
} from './read-catalogue.ts'
import { readTable } from './read-table.ts'
import { RowHash } from './row-hash.ts'

/**
 * Writes all rows of a database to a new file, whatever their number in a few megabytes of memory.
 *
 * The session must see one state throughout: a snapshot, or a copy that nobody else has.
 *
 * @param path must not exist; not yet synced, and left half when this throws
 */
export async function writeBackup(
  session: DatabaseSession,
  path: string,
  source: BackupSource,
  onProgress: OnProgress,
): Promise<BackupFooter> {
  let footer: BackupFooter | undefined
  async function* text(): AsyncGenerator<Buffer> {
    footer = yield* backupText(session, source, onProgress)
  }
  await pipeline(
    Readable.from(text()),
    createZstdCompress({ params: { [constants.ZSTD_c_checksumFlag]: 1 } }),
    // Password hashes and the names of all files are in it.
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
  )
  return footer!
}

async function* backupText(
  session: DatabaseSession,
  source: BackupSource,
  onProgress: OnProgress,
): AsyncGenerator<Buffer, BackupFooter> {
  const sha256 = createHash('sha256')
  const hashed = (bytes: Buffer) => {
    sha256.update(bytes)
    return bytes
  }
  const header: BackupHeader = {
    hearthBackup: BACKUP_FORMAT,
    createdAt: new Date().toISOString(),
    migrations: await readMigrations(session),
    source,
  }
  yield hashed(jsonLine(header))
  const totals: TableTotals[] = []
  for (const table of await readTables(session)) {
    yield hashed(jsonLine({ table: table.name, columns: table.columns }))
    const hash = new RowHash()
    for await (const rows of readTable(session, table)) {
      hash.add(rows)
      onProgress({ step: 'read', table: table.name, rows: hash.rows })
      yield hashed(rows)
    }
    await requireCount(session, table, hash.rows)
    yield hashed(Buffer.from(END_OF_ROWS))
    totals.push({ name: table.name, rows: hash.rows, hash: hash.digest() })
  }
  const footer: BackupFooter = {
    end: true,
    tables: totals,
    sequences: await readSequences(session),
    sha256: sha256.digest('hex'),
  }
  yield jsonLine(footer)
  return footer
}

/** The rows were read page by page; this asks for their number in one piece. */
async function requireCount(session: DatabaseSession, { name }: CatalogueTable, rows: number): Promise<void> {
  const [counted] = await session.query<{ rows: string }>(
    `select count(*)::text as rows from ${quoteName(name)}`,
  )
  if (Number(counted?.rows) !== rows) {
    throw new AppError('internal', `${rows} of the ${counted?.rows} rows of ${name} were read`)
  }
}

function jsonLine(value: object): Buffer {
  return Buffer.from(`${JSON.stringify(value)}\n`)
}
