import { readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findProgram } from '../../config/test-environment.ts'
import { openDatabase } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { shortFolder } from '../db/testing/embedded-database.ts'
import { EmbeddedProcess } from '../db/testing/embedded-process.ts'
import { curatedLibrary } from './testing/curated-library.ts'
import { undoEdit } from './undo-edit.ts'

const EDITS = 5

let folder = ''

beforeEach(async () => {
  folder = await shortFolder()
})
afterEach(async () => {
  await rm(folder, { recursive: true, force: true })
})

test.skipIf(!findProgram('strace'))(
  'on the embedded database each edit and each undo waits for the disk before it is acknowledged, and outlives a kill',
  async () => {
    const trace = join(folder, 'trace')
    const tracer = ['strace', '-f', '--seccomp-bpf', '-qq', '-e', 'trace=fsync,fdatasync', '-o', trace]
    const server = await EmbeddedProcess.start(folder, tracer)
    const db = openDatabase(server.address)
    await migrate(db)
    const { vault, assetOf, edit, accountId } = await curatedLibrary(db)
    vault.tree = { '': { 'a.jpg': { content: 'a' } } }
    await vault.scanAndIngest()
    const assetId = await assetOf('a.jpg')
    const countSyncs = () => readFileSync(trace, 'utf8').match(/f(data)?sync\(/g)?.length ?? 0

    let last = 0
    for (let stars = 1; stars <= EDITS; stars += 1) {
      const before = countSyncs()
      last = (await edit(assetId, { rating: stars, title: `${stars} stars` })).editId!
      expect(countSyncs()).toBeGreaterThan(before)
    }
    const before = countSyncs()
    await undoEdit(db, last, accountId)
    expect(countSyncs()).toBeGreaterThan(before)
    await server.kill()

    const again = await EmbeddedProcess.start(folder)
    const { rows } = await sql`select rating, title from asset`.execute(db)
    expect(rows).toEqual([{ rating: EDITS - 1, title: `${EDITS - 1} stars` }])
    await db.destroy()
    await again.stop()
  },
  120_000,
)
