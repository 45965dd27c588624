import { expect, test } from 'vitest'
import type { Tags } from '../../protocol/ingest.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { requireAssetDetail } from '../search/asset-detail.ts'
import { ownWords } from './take-own-words.ts'
import { curatedLibrary } from './testing/curated-library.ts'

/** As ExifTool reads a sidecar of ours. */
const ours: Tags = {
  'XMP:HearthFields': ['rating', 'title', 'keywords', 'captured', 'position', 'place', 'regions', 'label'],
  'XMP:HearthRevision': 12,
  'XMP:Rating': 4,
  'XMP:Title': 'Sea',
  'XMP:Description': 'said by another program',
  'XMP:Subject': ['Places', 'Rome', 'boat'],
  'XMP:HierarchicalSubject': ['Places|Rome', 'boat'],
  'XMP:DateTimeOriginal': '2024:05:01 14:03:22.25+02:00',
  'XMP:GPSLatitude': -33.5,
  'XMP:GPSLongitude': 151.25,
  'XMP:GPSAltitude': 3,
  'XMP:City': 'Rome',
  'XMP:RegionName': ['Ada', 'Boat'],
  'XMP:RegionType': ['Face', 'Object'],
  'XMP:RegionAreaX': [0.5, 0.25],
  'XMP:RegionAreaY': [0.5, 0.25],
  'XMP:RegionAreaW': [0.2, 0.1],
  'XMP:RegionAreaH': [0.2, 0.1],
}

const words = {
  rating: 4,
  title: 'Sea',
  keywords: [['Places', 'Rome'], ['boat']],
  captured: { local: '2024-05-01T14:03:22.25', offsetMinutes: 120 },
  position: { latitude: -33.5, longitude: 151.25, altitudeM: 3 },
  place: { country: null, state: null, city: 'Rome', location: null },
  regions: [
    { kind: 'person', name: 'Ada', box: [0.4, 0.4, 0.2, 0.2] },
    { kind: 'object', name: 'Boat', box: [0.2, 0.2, 0.1, 0.1] },
  ],
  label: null,
}

test('our marks tell which of a sidecar’s values are a person’s, also where it is empty', () => {
  expect(Object.fromEntries(ownWords(ours))).toEqual({
    ...words,
    captured: { ...words.captured, local: '2024-05-01T14:03:22.250' },
  })
  expect(ownWords({ ...ours, 'XMP:HearthFields': ['favourite', 'nonsense'] })).toEqual([])
  expect(ownWords({ ...ours, 'XMP:HearthFields': 'title', 'XMP:Title': 'x'.repeat(5_000) })).toEqual([])
})

eachEngine('our own sidecars', (engine) => {
  test('an asset that nobody has edited here takes them, one that somebody has does not', async () => {
    await using fresh = await freshDatabase(engine)
    const { db, vault, edit, assetOf, allow, leaseWrite } = await curatedLibrary(fresh.db)
    await allow()
    vault.tree = { '': { 'a.jpg': { content: 'a' }, 'a.xmp': { content: 'sidecar', tags: ours } } }
    await vault.scanAndIngest()
    const curation = async (name: string) =>
      (await requireAssetDetail(db, await assetOf(name), Date.now())).curation
    const read = await curation('a.jpg')
    expect(read.values).toMatchObject({ ...words, description: 'said by another program' })
    expect(read.persons.map(({ field }) => field).sort()).toEqual(Object.keys(words).sort())
    expect(read.writeBack).toEqual({ state: 'written', reason: null })
    expect(await leaseWrite()).toBeUndefined()

    vault.tree['']!['b.jpg'] = { content: 'b' }
    await vault.scanAndIngest()
    await edit(await assetOf('b.jpg'), { title: 'mine' })
    vault.tree['']!['b.xmp'] = { content: 'copied', tags: ours }
    await vault.scanAndIngest()
    expect((await curation('b.jpg')).persons.map(({ field }) => field)).toEqual(['title'])
  })
})
