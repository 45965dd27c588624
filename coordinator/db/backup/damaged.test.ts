import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import fc from 'fast-check'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../../config/test-environment.ts'
import { AppError } from '../../../protocol/errors.ts'
import { bareDatabase } from '../testing/fresh-database.ts'
import { checkBackup } from './check-backup.ts'
import { dumpDatabase } from './dump-database.ts'
import { restoreBackup } from './restore-backup.ts'
import { filledDatabase } from './testing/filled-database.ts'

// Hundreds of files are read, on a machine that may run all tests at once.
vi.setConfig({ testTimeout: 180_000 })

const onProgress = () => {}
let folder = ''
let good = Buffer.alloc(0)
const path = () => join(folder, 'changed.hearth')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'hearth-damaged-'))
  await using filled = await filledDatabase(testEnvironment.databaseUrl ? 'server' : 'embedded')
  await dumpDatabase(filled.location, join(folder, 'good.hearth'), join(folder, 'scratch'), onProgress)
  good = await readFile(join(folder, 'good.hearth'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))

/** One character for each byte, so that nothing is lost. */
const decompress = (bytes: Uint8Array) => zstdDecompressSync(bytes).toString('latin1')
const compress = (text: string) => zstdCompressSync(Buffer.from(text, 'latin1'))

async function check(bytes: Uint8Array): Promise<unknown> {
  await writeFile(path(), bytes)
  return checkBackup(path(), onProgress).catch((error: unknown) => error)
}

test('a backup with any bit turned over is refused, or is read as what it was', async () => {
  const whole = await check(good)
  expect(whole).toMatchObject({ footer: { end: true } })
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: good.length - 1 }), fc.nat({ max: 7 }), async (at, bit) => {
      const changed = Buffer.from(good)
      changed[at]! ^= 1 << bit
      const result = await check(changed)
      // Compression has a few bits that mean nothing.
      if (result instanceof AppError) expect(result.code).toMatch(/bad_request|version_unsupported/)
      else expect(result).toEqual(whole)
    }),
    { numRuns: 100 },
  )
})

test('a backup cut off anywhere is refused', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: good.length - 1 }), async (length) => {
      expect(await check(good.subarray(0, length))).toMatchObject({ code: 'bad_request' })
    }),
    { numRuns: 40 },
  )
})

test.each([
  ['a text', () => Buffer.from('not a backup at all')],
  ['compressed text', () => zstdCompressSync('neither\nis this\n')],
  ['nothing', () => Buffer.alloc(0)],
  ['two backups', () => Buffer.concat([good, good])],
  ['a row changed by hand', () => compress(decompress(good).replace('IMG_', 'IMX_'))],
  ['a row taken out', () => compress(decompress(good).replace(/\n[^\n{]*IMG_[^\n]*\n/, '\n'))],
])('%s is refused', async (_, make) => {
  expect(await check(make())).toMatchObject({ code: 'bad_request' })
})

test('of what is missing the sentence says so', async () => {
  await expect(checkBackup(join(folder, 'nowhere'), onProgress)).rejects.toMatchObject({
    code: 'bad_request',
    message: expect.stringContaining('does not exist'),
  })
})

const withHeader = (change: (header: Record<string, unknown>) => void) => {
  const text = decompress(good)
  const end = text.indexOf('\n')
  const header = JSON.parse(text.slice(0, end))
  change(header)
  return compress(JSON.stringify(header) + text.slice(end))
}

test('a backup in a newer format is refused with a sentence', async () => {
  const newer = withHeader((header) => {
    header.hearthBackup = 2
  })
  expect(await check(newer)).toMatchObject({
    code: 'version_unsupported',
    message: expect.stringContaining('newer Hearth'),
  })
})

test.skipIf(!testEnvironment.databaseUrl)(
  'what is refused has touched nothing: the database has no table',
  async () => {
    await using bare = await bareDatabase('server')
    if (!('url' in bare.address)) throw new Error('Not a server')
    await writeFile(path(), good.subarray(0, good.length - 20))
    const restoring = restoreBackup({
      path: path(),
      into: bare.address,
      replace: false,
      migrateOn: true,
      onProgress,
    })
    await expect(restoring).rejects.toMatchObject({ code: 'bad_request' })
    const { rows } = await sql`select 1 from pg_tables where schemaname = 'public'`.execute(bare.db)
    expect(rows).toEqual([])
  },
)
