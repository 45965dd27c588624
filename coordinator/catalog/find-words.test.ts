import { describe, expect, test } from 'vitest'
import type { Tags } from '../../protocol/ingest.ts'
import { findWords } from './find-words.ts'
import type { KnownFile } from './known-file.ts'
import { summariseWords } from './summarise-words.ts'

function file(name: string, tags: Tags, role: KnownFile['role'] = 'sidecar'): KnownFile {
  return { id: 1, name, role, tags, mtimeUs: 0 }
}

/** Tags as ExifTool reads them from what each program writes. */
test.each<[string, Tags, object]>([
  ['digiKam’s rejected flag', { 'XMP:PickLabel': 1, 'XMP:Rating': 3 }, { rating: -1 }],
  ['digiKam’s other flags', { 'XMP:PickLabel': 3, 'XMP:Rating': 3 }, { rating: 3 }],
  ['digiKam’s colours', { 'XMP:ColorLabel': 4 }, { label: 'Green' }],
  ['darktable’s colours', { 'XMP:Colorlabels': [4, 0] }, { label: 'Purple' }],
  ['Lightroom’s label before them', { 'XMP:Label': 'Rot', 'XMP:ColorLabel': 4 }, { label: 'Rot' }],
  ['no colour', { 'XMP:ColorLabel': 0 }, { label: null }],
  ['a rejected picture', { 'XMP:Rating': -1 }, { rating: -1 }],
  ['Windows’ stars', { 'XMP:RatingPercent': 75 }, { rating: 4 }],
  ['Windows’ five stars', { 'XMP:RatingPercent': 99 }, { rating: 5 }],
  ['Windows’ one star', { 'XMP:RatingPercent': 1 }, { rating: 1 }],
  [
    'Lightroom’s hierarchy, written flat as well',
    { 'XMP:Subject': ['Places', 'Rome', 'boat'], 'XMP:HierarchicalSubject': ['Places|Rome'] },
    { keywords: [['boat'], ['Places', 'Rome']] },
  ],
  [
    'digiKam’s three lists of the same',
    {
      'XMP:TagsList': ['a/b', 'c'],
      'XMP:LastKeywordXMP': ['a/b', 'c'],
      'XMP:HierarchicalSubject': ['a|b', 'c'],
      'XMP:CatalogSets': ['a|b', 'c'],
      'XMP:Subject': ['b', 'c'],
    },
    { keywords: [['a', 'b'], ['c']] },
  ],
  [
    'the place in IPTC and in XMP',
    { 'IPTC:City': 'Rom', 'XMP:Country': 'Italy', 'IPTC:Sub-location': 'Forum' },
    { place: { country: 'Italy', state: null, city: 'Rom', location: 'Forum' } },
  ],
  [
    'a Google Takeout',
    {
      'JSON:Title': 'a.jpg',
      'JSON:Description': 'hdrpl',
      'JSON:PhotoTakenTimeTimestamp': 1_449_418_710,
      'JSON:GeoDataLatitude': 52.5,
      'JSON:GeoDataLongitude': 13.4,
      'JSON:GeoDataAltitude': 41,
      'JSON:Favorited': true,
    },
    {
      title: null,
      description: 'hdrpl',
      captured: { local: '2015-12-06T16:18:30', offsetMinutes: null },
      position: { latitude: 52.5, longitude: 13.4, altitudeM: 41 },
      favourite: true,
    },
  ],
  [
    'a Takeout without a place',
    { 'JSON:GeoDataLatitude': 0, 'JSON:GeoDataLongitude': 0 },
    { position: null },
  ],
  [
    'Microsoft’s people',
    { 'XMP:RegionPersonDisplayName': 'Ada', 'XMP:RegionRectangle': '0.25, 0.5, 0.5, 0.25' },
    { regions: [{ kind: 'person', name: 'Ada', box: [0.25, 0.5, 0.5, 0.25] }] },
  ],
  [
    'a camera’s focus beside a face, which has no name',
    {
      'XMP:RegionName': 'Ada',
      'XMP:RegionType': ['Focus', 'Face'],
      'XMP:RegionAreaX': [0.1, 0.5],
      'XMP:RegionAreaY': [0.1, 0.5],
      'XMP:RegionAreaW': [0.1, 0.5],
      'XMP:RegionAreaH': [0.1, 0.5],
    },
    { regions: [{ kind: 'person', name: 'Ada', box: [0.25, 0.25, 0.5, 0.5] }] },
  ],
  [
    'names that cannot be matched to their boxes',
    {
      'XMP:RegionName': 'Ada',
      'XMP:RegionType': ['Face', 'Face'],
      'XMP:RegionAreaX': [0.1, 0.5],
      'XMP:RegionAreaY': [0.1, 0.5],
      'XMP:RegionAreaW': [0.1, 0.5],
      'XMP:RegionAreaH': [0.1, 0.5],
    },
    { regions: null },
  ],
])('%s', (_fact, tags, expected) => {
  expect(summariseWords(tags)).toMatchObject(expected)
})

test('a program’s sidecar speaks before a Takeout, and both before the picture', () => {
  const words = findWords([
    file('a.jpg', { 'XMP:Description': 'picture', 'XMP:Title': 'picture' }, 'original'),
    file('a.jpg.json', { 'JSON:Description': 'takeout', 'JSON:Favorited': true }),
    file('a.jpg.xmp', { 'XMP:Description': 'sidecar' }),
  ])
  expect(words).toMatchObject({
    description: { value: 'sidecar' },
    title: { value: 'picture' },
    favourite: { value: true },
  })
})

describe('keywords', () => {
  const picture = file('a.jpg', { 'IPTC:Keywords': ['sea', 'boat'] }, 'original')
  const takeout = file('a.jpg.json', { 'JSON:PeopleName': ['Ada', 'Grace Hopper'] })
  const keywordsOf = (...files: KnownFile[]) => findWords(files).keywords?.value

  test('one that was taken off the sidecar’s list does not come back from the picture', () => {
    expect(keywordsOf(picture, file('a.xmp', { 'XMP:Subject': ['sea'] }))).toEqual([['sea']])
    expect(keywordsOf(picture, takeout, file('a.xmp', { 'XMP:Subject': 'sea' }))).toEqual([['sea']])
  })

  test('a sidecar without a list leaves the picture its own', () => {
    expect(keywordsOf(picture, file('a.xmp', { 'XMP:Rating': 3 }))).toEqual([['sea'], ['boat']])
  })

  test('two sidecars, and without them picture, export and Takeout, are put together', () => {
    const two = [file('a.xmp', { 'XMP:Subject': ['x'] }), file('a.jpg.xmp', { 'XMP:Subject': ['y', 'x'] })]
    expect(keywordsOf(picture, ...two)).toEqual([['y'], ['x']])
    const exported = file('a-edit.jpg', { 'XMP:Subject': ['print', 'sea'] }, 'export')
    expect(keywordsOf(picture, exported, takeout)).toEqual([
      ['People', 'Ada'],
      ['People', 'Grace Hopper'],
      ['sea'],
      ['boat'],
      ['print'],
    ])
  })
})
