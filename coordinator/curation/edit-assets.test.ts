import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type BulkEdit, Edit } from '../../protocol/curation.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { requireAssetDetail } from '../search/asset-detail.ts'
import { listAssets } from '../search/list-assets.ts'
import { readTimeline } from '../search/timeline.ts'
import { chooseCover } from './choose-cover.ts'
import { editAssets } from './edit-assets.ts'
import { listAssetHistory, listEdits } from './list-edits.ts'
import { curatedLibrary } from './testing/curated-library.ts'
import { undoEdit } from './undo-edit.ts'

const camera = {
  'EXIF:DateTimeOriginal': '2024:05:01 14:03:22',
  'EXIF:OffsetTimeOriginal': '+02:00',
  'EXIF:GPSLatitude': 48,
  'EXIF:GPSLatitudeRef': 'N',
  'EXIF:GPSLongitude': 11,
  'EXIF:GPSLongitudeRef': 'E',
  'XMP:Rating': 2,
  'XMP:Subject': ['sea', 'dog'],
}

const everything = {
  rating: 5,
  label: 'Red',
  title: 'Zoë’s boat',
  description: 'two\nlines',
  creator: ['Ada', 'Bob'],
  copyright: '© Ada',
  keywords: [['Places', 'Italy', 'Rome'], ['boat']],
  captured: { local: '1999-12-31T23:59:58.25', offsetMinutes: -210 },
  position: { latitude: -33.5, longitude: 151.25, altitudeM: 3 },
  place: { country: 'Australia', state: null, city: 'Sydney', location: null },
  regions: [{ kind: 'person', name: 'Zoë', box: [0.1, 0.2, 0.3, 0.4] }],
  favourite: true,
} satisfies Edit

async function onePicture(db: Database) {
  const library = await curatedLibrary(db)
  library.vault.tree = { '': { 'a.jpg': { content: 'a', tags: camera } } }
  await library.vault.scanAndIngest()
  const assetId = await library.assetOf('a.jpg')
  const detail = () => requireAssetDetail(db, assetId, Date.now())
  return { ...library, assetId, detail }
}

eachEngine('edits', (engine) => {
  test('each field is what a person says, with their name, and can be emptied', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, detail } = await onePicture(fresh.db)
    expect((await detail()).curation).toMatchObject({
      revision: 0,
      values: { rating: 2, keywords: [['sea'], ['dog']], favourite: false },
      persons: [],
      writeBack: null,
    })

    const { editId } = await edit(assetId, everything)
    const edited = await detail()
    expect(edited.curation).toMatchObject({ revision: editId, values: everything })
    expect(edited.curation.persons).toHaveLength(Object.keys(everything).length)
    expect(edited.curation.persons.every(({ by }) => by === 'Ada')).toBe(true)
    expect(edited).toMatchObject({ rating: 5, position: everything.position })
    expect(edited.captured).toEqual({
      at: '2000-01-01T03:29:58.250Z',
      local: '1999-12-31T23:59:58.25',
      offsetMinutes: -210,
      source: 'person',
    })
    const shown = new Map(edited.metadata.map((field) => [field.field, field]))
    expect(shown.get('title')).toMatchObject({ value: 'Zoë’s boat', source: 'person', detail: 'Ada' })
    expect(shown.get('people')).toMatchObject({ value: 'Zoë', source: 'person' })
    expect(await readTimeline(fresh.db, {})).toMatchObject({ buckets: [{ bucket: '1999-12', count: 1 }] })

    const nothing = Object.fromEntries(Object.keys(everything).map((field) => [field, null]))
    await edit(assetId, { ...(nothing as Edit), favourite: false })
    const emptied = await detail()
    expect(emptied.curation.values).toEqual({ ...nothing, favourite: false })
    expect(emptied).toMatchObject({ rating: null, captured: null, position: null })
    expect(emptied.metadata).toEqual([])
    expect(await readTimeline(fresh.db, {})).toMatchObject({ buckets: [{ bucket: 'undated', count: 1 }] })
  })

  test('reading the files again never takes a person’s word, and the rest follows the files', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, detail, vault } = await onePicture(fresh.db)
    await edit(assetId, { rating: 5, captured: everything.captured, title: null })
    vault.tree = {
      '': {
        'a.jpg': {
          content: 'a2',
          mtimeUs: 9,
          tags: { ...camera, 'XMP:Title': 'theirs', 'XMP:Label': 'Blue' },
        },
        'a.xmp': { content: 'x', tags: { 'XMP:Rating': 1, 'XMP:Subject': ['cat'] } },
      },
    }
    await vault.scanAndIngest()
    const { curation, captured, rating } = await detail()
    expect(curation.values).toMatchObject({
      rating: 5,
      title: null,
      label: 'Blue',
      keywords: [['cat']],
    })
    expect(captured?.source).toBe('person')
    expect(rating).toBe(5)
    expect(await readTimeline(fresh.db, {})).toMatchObject({ buckets: [{ bucket: '1999-12', count: 1 }] })
  })

  test('lists are filtered by what is true now', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId } = await onePicture(fresh.db)
    await edit(assetId, everything)
    const count = async (filter: object) =>
      (await listAssets(fresh.db, { sort: 'newest', limit: 10, ...filter })).items.length
    const found = [
      { rating: 5 },
      { minRating: 4 },
      { label: 'Red' },
      { favourite: true },
      { keyword: 'Italy' },
      { keyword: 'boat' },
      { person: 'Zoë' },
      { place: 'sydney' },
      { text: 'ZOË’S' },
      { text: 'rome' },
      { from: '1999-12-31', to: '1999-12-31' },
    ]
    for (const filter of found) expect([filter, await count(filter)]).toEqual([filter, 1])
    const lost = [
      { rating: 2 },
      { label: 'red' },
      { favourite: false },
      { keyword: 'sea' },
      { person: 'Z' },
      { place: 'Rome' },
    ]
    for (const filter of lost) expect([filter, await count(filter)]).toEqual([filter, 0])
  })

  test('undo gives back what was shown, redo what was said, and neither takes a later word', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, detail, accountId } = await onePicture(fresh.db)
    const before = (await detail()).curation.values
    const { editId } = await edit(assetId, everything)
    const undone = await undoEdit(fresh.db, editId!, accountId)
    expect(undone).toMatchObject({ assets: 1, kept: [] })
    expect((await detail()).curation).toMatchObject({ values: before, persons: [] })
    const redone = await undoEdit(fresh.db, undone.editId!, accountId)
    expect((await detail()).curation.values).toEqual(everything)

    await edit(assetId, { rating: 3 })
    const again = await undoEdit(fresh.db, redone.editId!, accountId)
    expect(again.kept).toEqual([{ assetId, field: 'rating' }])
    expect((await detail()).curation.values).toEqual({ ...before, rating: 3 })

    const { items } = await listEdits(fresh.db, { limit: 10 })
    expect(items.map(({ kind, by }) => [kind, by])).toEqual([
      ['undo', 'Ada'],
      ['edit', 'Ada'],
      ['undo', 'Ada'],
      ['undo', 'Ada'],
      ['edit', 'Ada'],
    ])
    expect(items.at(-1)).toMatchObject({ id: editId, undoneBy: undone.editId, assets: 1 })
    const ratings = (await listAssetHistory(fresh.db, assetId, { limit: 100 })).items.filter(
      ({ field }) => field === 'rating',
    )
    expect(ratings.map(({ before, after, fallsBack }) => [before, after, fallsBack])).toEqual([
      [5, 3, false],
      [2, 5, false],
      [5, null, true],
      [2, 5, false],
    ])
  })

  test('many are edited at once, each from what it has', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, vault, assetOf, accountId, db } = await onePicture(fresh.db)
    vault.tree['']!['b.jpg'] = { content: 'b', tags: { 'XMP:Subject': ['cat', 'sea'] } }
    await vault.scanAndIngest()
    const [a, b] = [await assetOf('a.jpg'), await assetOf('b.jpg')]
    await edit(b, { captured: null })
    const values = async (id: number) => (await requireAssetDetail(db, id, Date.now())).curation.values
    const { editId, assets } = await edit([a, b, a], {
      addKeywords: [['sea'], ['Places', 'Rome']],
      removeKeywords: [['dog'], ['never']],
      shiftCapturedSeconds: -3_600,
    })
    expect(assets).toBe(2)
    expect(await values(a)).toMatchObject({
      keywords: [['sea'], ['Places', 'Rome']],
      captured: { local: '2024-05-01T13:03:22', offsetMinutes: 120 },
    })
    expect(await values(b)).toMatchObject({
      keywords: [['cat'], ['sea'], ['Places', 'Rome']],
      captured: null,
    })
    expect(await edit([a, b], { addKeywords: [['sea']] })).toEqual({ editId: null, assets: 0, kept: [] })
    await undoEdit(db, editId!, accountId)
    expect(await values(a)).toMatchObject({ keywords: [['sea'], ['dog']] })
    expect(await values(b)).toMatchObject({ keywords: [['cat'], ['sea']] })
  })

  test('nothing is half done: one asset that is not there, or a later revision, and no other is changed', async () => {
    await using fresh = await freshDatabase(engine)
    const { edit, assetId, detail, accountId, db } = await onePicture(fresh.db)
    await expect(edit([assetId, 4711], { rating: 1 })).rejects.toMatchObject({ code: 'not_found' })
    await edit(assetId, { rating: 4 })
    const late = editAssets(db, { assetIds: [assetId] }, { rating: 1 }, { accountId, ifRevision: 0 })
    await expect(late).rejects.toMatchObject({ code: 'conflict' })
    await expect(edit(assetId, { keywords: null, addKeywords: [['a']] })).rejects.toMatchObject({
      code: 'bad_request',
    })
    expect((await detail()).rating).toBe(4)
    const { rows } = await sql`select from edit`.execute(db)
    expect(rows).toHaveLength(1)
  })

  test('a chosen cover stays through scans, and goes with its file', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, vault, assetOf } = await onePicture(fresh.db)
    vault.tree['']!['a.CR2'] = { content: 'raw' }
    await vault.scanAndIngest()
    const assetId = await assetOf('a.jpg')
    const cover = async () =>
      (await requireAssetDetail(db, assetId, Date.now())).files.find((file) => file.isCover)
    expect(await cover()).toMatchObject({ name: 'a.jpg' })
    const raw = (await requireAssetDetail(db, assetId, Date.now())).files.find(
      ({ name }) => name === 'a.CR2',
    )!
    await chooseCover(db, assetId, raw.id)
    expect(await cover()).toMatchObject({ name: 'a.CR2' })
    vault.tree['']!['a.jpg'] = { content: 'changed', mtimeUs: 5 }
    await vault.scanAndIngest()
    expect(await cover()).toMatchObject({ name: 'a.CR2' })
    delete vault.tree['']!['a.CR2']
    await vault.scan({ acceptMissing: true })
    expect(await cover()).toMatchObject({ name: 'a.jpg' })
  })

  test('two assets that become one keep the newest word of each field and both histories', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, vault, edit, assetOf } = await onePicture(fresh.db)
    const jpeg = await assetOf('a.jpg')
    vault.tree['']!['b.CR2'] = { content: 'raw' }
    await vault.scanAndIngest()
    const raw = await assetOf('b.CR2')
    await edit(jpeg, { rating: 1, title: 'of the JPEG' })
    await edit(raw, { rating: 4, label: 'Red' })
    await edit(jpeg, { title: 'of the JPEG, later' })
    // The RAW is renamed so that both are one moment.
    delete vault.tree['']!['b.CR2']
    vault.tree['']!['a.CR2'] = { content: 'raw' }
    await vault.scanAndIngest()
    await vault.scanAndIngest()
    const one = await assetOf('a.CR2')
    expect(await assetOf('a.jpg')).toBe(one)
    const { curation } = await requireAssetDetail(db, one, Date.now())
    expect(curation.values).toMatchObject({ rating: 4, label: 'Red', title: 'of the JPEG, later' })
    const { items } = await listAssetHistory(db, one, { limit: 100 })
    expect(items.filter(({ kind }) => kind === 'edit')).toHaveLength(5)
  })
})

test.each<[BulkEdit | Record<string, unknown>, string]>([
  [{ rating: 6 }, 'rating'],
  [{ rating: 2.5 }, 'rating'],
  [{ stars: 3 }, ''],
  [{ title: 'a\nb' }, 'title'],
  [{ title: 'a\u0000b' }, 'title'],
  [{ description: 'x'.repeat(1_000_000) }, 'description'],
  [{ description: 'a\u001bb' }, 'description'],
  [{ keywords: [['a|b']] }, 'keywords'],
  [{ keywords: [['a/b']] }, 'keywords'],
  [{ keywords: [['-execute\n']] }, 'ok'],
  [{ keywords: [['a\n-execute']] }, 'keywords'],
  [{ captured: { local: '2024-02-30T00:00:00', offsetMinutes: 0 } }, 'captured'],
  [{ captured: { local: '0000-01-01T00:00:00', offsetMinutes: 0 } }, 'captured'],
  [{ position: { latitude: 91, longitude: 0, altitudeM: null } }, 'position'],
  [{ regions: [{ kind: 'person', name: 'x', box: [0.9, 0, 0.2, 0.1] }] }, 'regions'],
])('%j is refused with the name of its field', (edit, field) => {
  const { error } = Edit.safeParse(edit)
  if (field === 'ok') expect(error).toBeUndefined()
  else expect(error?.issues[0]?.path[0] ?? '').toBe(field)
})
