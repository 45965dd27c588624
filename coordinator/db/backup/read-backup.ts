import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { Readable, type Transform } from 'node:stream'
import { createZstdDecompress } from 'node:zlib'
import type { z } from 'zod'
import { AppError } from '../../../protocol/errors.ts'
import {
  BACKUP_FORMAT,
  BackupFooter,
  BackupHeader,
  BackupTable,
  END_OF_ROWS,
  type TableTotals,
} from './backup-format.ts'
import { LineSplitter } from './line-splitter.ts'
import type { CatalogueTable } from './read-catalogue.ts'
import { RowHash } from './row-hash.ts'

export type BackupPart =
  | { type: 'header'; header: BackupHeader }
  | { type: 'table'; table: CatalogueTable }
  | { type: 'rows'; table: CatalogueTable; rows: Buffer }
  | { type: 'footer'; footer: BackupFooter }

/** Rows of so many bytes are loaded with one statement. */
const PART_BYTES = 1024 * 1024

const endOfRows = Buffer.from(END_OF_ROWS)
const endOfRowsInside = Buffer.from(`\n${END_OF_ROWS}`)

/**
 * Reads a backup part by part: the header, each table and its rows in pieces, the footer.
 *
 * That the file is whole is only known at its end, so that whoever must not begin with a bad one reads it
 * twice (`check-backup.ts`).
 *
 * @throws AppError `bad_request` for a file that is no backup, is cut off or damaged, `version_unsupported` for
 *   one in the format of a newer Hearth
 */
export async function* readBackup(path: string): AsyncGenerator<BackupPart> {
  const reader = new BackupReader(path)
  const splitter = new LineSplitter()
  try {
    for await (const bytes of decompress(path)) yield* reader.read(splitter.take(bytes))
  } catch (error) {
    throw describe(error, path)
  }
  if (!reader.isAtEnd || !splitter.isAtLineStart) {
    throw damaged(path, 'it is cut off')
  }
}

/** States: before the header → between tables ⇄ in the rows of one → after the footer. */
class BackupReader {
  readonly #path: string
  readonly #sha256 = createHash('sha256')
  readonly #totals: TableTotals[] = []
  #header: BackupHeader | undefined
  #table: CatalogueTable | undefined
  #hash = new RowHash()
  isAtEnd = false

  constructor(path: string) {
    this.#path = path
  }

  *read(lines: Buffer): Generator<BackupPart> {
    let rest = lines
    while (rest.length > 0) {
      if (this.isAtEnd) throw damaged(this.#path, 'something follows its end')
      const part = this.#table ? this.#readRows(rest, this.#table) : this.#readLine(rest)
      if (part.read) yield part.read
      rest = rest.subarray(part.length)
    }
  }

  #readRows(lines: Buffer, table: CatalogueTable): { read?: BackupPart; length: number } {
    const end = lines.subarray(0, endOfRows.length).equals(endOfRows) ? 0 : lines.indexOf(endOfRowsInside) + 1
    const ends = end > 0 || lines.subarray(0, endOfRows.length).equals(endOfRows)
    const rows = ends ? lines.subarray(0, end) : lines
    const length = rows.length + (ends ? endOfRows.length : 0)
    this.#sha256.update(lines.subarray(0, length))
    this.#hash.add(rows)
    if (ends) {
      this.#totals.push({ name: table.name, rows: this.#hash.rows, hash: this.#hash.digest() })
      this.#table = undefined
    }
    return { length, ...(rows.length > 0 ? { read: { type: 'rows', table, rows } } : {}) }
  }

  #readLine(lines: Buffer): { read?: BackupPart; length: number } {
    const length = lines.indexOf('\n') + 1
    const line = lines.subarray(0, length)
    const value = parseLine(line)
    if (!this.#header) {
      this.#header = this.#parseHeader(value)
      this.#sha256.update(line)
      return { length, read: { type: 'header', header: this.#header } }
    }
    const footer = BackupFooter.safeParse(value)
    if (footer.success) {
      this.#checkFooter(footer.data)
      this.isAtEnd = true
      return { length, read: { type: 'footer', footer: footer.data } }
    }
    const { table, columns } = this.#parse(BackupTable, value)
    this.#sha256.update(line)
    this.#table = { name: table, columns }
    this.#hash = new RowHash()
    return { length, read: { type: 'table', table: this.#table } }
  }

  #parseHeader(value: unknown): BackupHeader {
    if (typeof value !== 'object' || value === null || !('hearthBackup' in value)) throw foreign(this.#path)
    if (typeof value.hearthBackup === 'number' && value.hearthBackup > BACKUP_FORMAT) {
      throw new AppError(
        'version_unsupported',
        `${this.#path} was written by a newer Hearth (its format is ${value.hearthBackup}, this version reads ${BACKUP_FORMAT}): restore it with that version`,
      )
    }
    return this.#parse(BackupHeader, value)
  }

  #parse<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
    const parsed = schema.safeParse(value)
    if (!parsed.success) throw damaged(this.#path, 'a line between its tables cannot be read')
    return parsed.data
  }

  #checkFooter(footer: BackupFooter): void {
    if (footer.sha256 !== this.#sha256.digest('hex')) throw damaged(this.#path, 'its checksum is another')
    if (JSON.stringify(footer.tables) !== JSON.stringify(this.#totals)) {
      throw damaged(this.#path, 'its rows are not those that were counted')
    }
  }
}

function parseLine(line: Buffer): unknown {
  try {
    return JSON.parse(line.toString())
  } catch {
    return undefined
  }
}

/** The bytes of the file without its compression; a failure of either stream ends the iteration with it. */
function decompress(path: string): AsyncIterable<Buffer> {
  const file = createReadStream(path)
  const text: Transform = createZstdDecompress({ chunkSize: PART_BYTES })
  file.on('error', (error) => text.destroy(error))
  return Readable.prototype.iterator.call(file.pipe(text))
}

function describe(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  if (code === 'ENOENT') return new AppError('bad_request', `${path} does not exist: check the spelling`)
  if (code === 'ZSTD_error_prefix_unknown') return foreign(path)
  if (code.startsWith('ZSTD_')) return damaged(path, 'it cannot be unpacked', error)
  if (code === 'Z_BUF_ERROR') return damaged(path, 'it is cut off', error)
  return error
}

function foreign(path: string): AppError {
  return new AppError('bad_request', `${path} is not a backup of Hearth`)
}

function damaged(path: string, how: string, cause?: unknown): AppError {
  return new AppError('bad_request', `${path} is damaged (${how}): take another backup`, { cause })
}
