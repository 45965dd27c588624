import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { type WritableLibrary, writableLibrary } from '../agents/vault/sidecar/testing/writable-library.ts'
import { RecordingContext } from '../agents/vault/testing/job-context.ts'
import { type CuratedLibrary, curatedLibrary } from '../coordinator/curation/testing/curated-library.ts'
import type { Database } from '../coordinator/db/database.ts'
import { freshDatabase } from '../coordinator/db/testing/fresh-database.ts'
import { requireAssetDetail } from '../coordinator/search/asset-detail.ts'
import type { CurationFields } from '../protocol/curation.ts'
import type { IngestInput } from '../protocol/ingest.ts'

const everything: Omit<CurationFields, 'favourite'> = {
  rating: 4,
  label: 'Red',
  title: 'Zoë’s boat',
  description: `two\nlines, "quoted" & <marked>${' ü'.repeat(16_000)}`,
  creator: ['Ada', 'Bob'],
  copyright: '© Ada',
  keywords: [['Places', 'Italy', 'Rome'], ['boat'], ['-execute'], ['1.10'], ['true']],
  captured: { local: '1999-12-31T23:59:58', offsetMinutes: -210 },
  position: { latitude: -33.5, longitude: 151.25, altitudeM: -3 },
  place: { country: 'Australia', state: null, city: 'Sydney', location: 'Quay' },
  regions: [
    { kind: 'person', name: 'Zoë', box: [0.1, 0.2, 0.3, 0.4] },
    { kind: 'object', name: 'Boat', box: [0.5, 0.5, 0.25, 0.125] },
  ],
}
const fields = Object.keys(everything).sort()

/** A coordinator's database beside a real vault. Pictures are only named; sidecars are written and read for real. */
async function beside(db: Database, real: WritableLibrary): Promise<CuratedLibrary> {
  const library = await curatedLibrary(db)
  await db
    .updateTable('library')
    .set({ root: Buffer.from(real.root) })
    .execute()
  library.vault.tree = { '': { 'a.jpg': { content: 'a picture' } } }
  return library
}

async function scanAndRead({ vault }: CuratedLibrary, real: WritableLibrary): Promise<string[]> {
  for (const name of await real.names()) {
    const { mtimeNs } = await stat(join(real.root, name), { bigint: true })
    const content = await readFile(join(real.root, name), 'latin1')
    vault.tree['']![name] = { content, mtimeUs: Number(mtimeNs / 1_000n) }
  }
  await vault.scan()
  const read: string[] = []
  for (;;) {
    const [lease] = await vault.lease('ingest', 1)
    if (!lease) return read
    const input = lease.input as IngestInput
    read.push(input.path)
    const result = input.path.endsWith('.xmp')
      ? await real.handlers['file.ingest']!(input, new RecordingContext())
      : vault.readFile(input)
    await vault.complete(lease, result)
  }
}

async function write({ leaseWrite, vault }: CuratedLibrary, real: WritableLibrary): Promise<void> {
  const lease = (await leaseWrite())!
  const result = await real.handlers['sidecar.write']!(lease.input, new RecordingContext())
  expect(result).toMatchObject({ outcome: 'written' })
  await vault.complete(lease, result)
}

test('what was written to a sidecar comes back into an empty database, field by field', {
  timeout: 120_000,
}, async () => {
  await using real = await writableLibrary()
  await using first = await freshDatabase()
  const library = await beside(first.db, real)
  await scanAndRead(library, real)
  await library.allow()
  const assetId = await library.assetOf('a.jpg')
  await library.edit(assetId, everything)
  await write(library, real)
  expect(await real.names()).toEqual(['a.jpg.xmp'])
  const here = async (db: Database, id: number) => (await requireAssetDetail(db, id, Date.now())).curation
  expect(await here(first.db, assetId)).toMatchObject({ values: everything, writeBack: { state: 'written' } })
  // The scan after it has nothing to read: the file is known as it was written.
  expect(await scanAndRead(library, real)).toEqual([])

  await using second = await freshDatabase()
  const rebuilt = await beside(second.db, real)
  expect(await scanAndRead(rebuilt, real)).toContain('a.jpg.xmp')
  const back = await here(second.db, await rebuilt.assetOf('a.jpg'))
  for (const field of fields) {
    const name = field as keyof typeof everything
    expect([field, back.values[name]]).toEqual([field, everything[name]])
  }
  expect(back.persons.map((word) => word.field).sort()).toEqual(fields)
  expect(back.writeBack).toEqual({ state: 'written', reason: null })

  // Emptied on purpose is written, and comes back, as well.
  const nothing = Object.fromEntries(fields.map((field) => [field, null]))
  await library.edit(assetId, nothing)
  await write(library, real)
  await using third = await freshDatabase()
  const emptied = await beside(third.db, real)
  await scanAndRead(emptied, real)
  const empty = await here(third.db, await emptied.assetOf('a.jpg'))
  expect(empty.values).toEqual({ ...nothing, favourite: false })
  expect(empty.persons.map((word) => word.field).sort()).toEqual(fields)
})
