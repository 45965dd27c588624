import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodePathName } from '../../protocol/path-name.ts'
import { groupFolder } from './group-folder.ts'

/** `key kind: name=role …`, the cover with a star. */
function written(names: string[]): string[] {
  return groupFolder(names).groups.map(({ key, kind, files, cover }) => {
    const shown = files.map(({ name, role }) => `${name}=${role}${name === cover ? '*' : ''}`)
    return `${key} ${kind}: ${shown.join(' | ')}`
  })
}

/** Names of files that became one asset, by asset. */
function together(names: string[]): string[][] {
  return groupFolder(names).groups.map(({ files }) => files.map(({ name }) => name))
}

test.each<[string, string[], string[]]>([
  ['a lone JPEG is the original', ['a.jpg'], ['a image: a.jpg=original*']],
  ['a lone RAW is original and cover', ['a.CR2'], ['a image: a.CR2=original*']],
  ['a lone video is a video', ['a.mp4'], ['a video: a.mp4=original*']],
  ['a PNG alone is the original', ['s.png'], ['s image: s.png=original*']],
  ['the JPEG beside a RAW is the cover', ['a.CR2', 'a.JPG'], ['a image: a.CR2=original | a.JPG=cover*']],
  [
    'the HEIC beside RAW and JPEG is the cover',
    ['a.DNG', 'a.JPG', 'a.HEIC'],
    ['a image: a.DNG=original | a.HEIC=cover* | a.JPG=export'],
  ],
  [
    'only a camera picture replaces the RAW as cover',
    ['a.NEF', 'a.tif', 'a.png'],
    ['a image: a.NEF=original* | a.png=export | a.tif=export'],
  ],
  [
    'without a RAW the HEIC is the original',
    ['a.jpg', 'a.heic'],
    ['a image: a.heic=original* | a.jpg=export'],
  ],
  [
    'of two JPEGs the one spelled like the RAW is the camera’s',
    ['a.jpg', 'a.JPG', 'a.CR2'],
    ['a image: a.CR2=original | a.JPG=cover* | a.jpg=export'],
  ],
  [
    'and so for one in lower case',
    ['a.jpg', 'a.JPG', 'a.cr2'],
    ['a image: a.JPG=export | a.cr2=original | a.jpg=cover*'],
  ],
  [
    'one sidecar serves RAW and JPEG',
    ['2023-01-01_12-00-00.CR2', '2023-01-01_12-00-00.JPG', '2023-01-01_12-00-00.xmp'],
    [
      '2023-01-01_12-00-00 image: 2023-01-01_12-00-00.CR2=original | 2023-01-01_12-00-00.JPG=cover* | 2023-01-01_12-00-00.xmp=sidecar',
    ],
  ],
  [
    'both spellings of a sidecar belong to the picture',
    ['a.jpg', 'a.cr2', 'a.jpg.xmp', 'a.cr2.xmp', 'a.xmp'],
    ['a image: a.cr2=original | a.cr2.xmp=sidecar | a.jpg=cover* | a.jpg.xmp=sidecar | a.xmp=sidecar'],
  ],
  [
    'Pixel names split at .RAW-',
    ['PXL_20240501_120322123.RAW-01.COVER.jpg', 'PXL_20240501_120322123.RAW-02.ORIGINAL.dng'],
    [
      'PXL_20240501_120322123 image: PXL_20240501_120322123.RAW-01.COVER.jpg=cover* | PXL_20240501_120322123.RAW-02.ORIGINAL.dng=original',
    ],
  ],
  [
    'Pixel portraits and their movies are one asset',
    ['P.PORTRAIT-01.COVER.jpg', 'P.PORTRAIT-02.ORIGINAL.jpg', 'P.RAW-01.MP.COVER.jpg'],
    [
      'P image: P.PORTRAIT-01.COVER.jpg=cover* | P.PORTRAIT-02.ORIGINAL.jpg=original | P.RAW-01.MP.COVER.jpg=cover',
    ],
  ],
  [
    'an edited Pixel cover is a derivative',
    ['P.RAW-01.COVER.jpg', 'P.RAW-02.ORIGINAL.dng', 'P.RAW-01.COVER-edited.jpg'],
    [
      'P image: P.RAW-01.COVER-edited.jpg=derivative | P.RAW-01.COVER.jpg=cover* | P.RAW-02.ORIGINAL.dng=original',
    ],
  ],
  [
    'a Live Photo is one image',
    ['IMG_1.HEIC', 'IMG_1.MOV'],
    ['IMG_1 image: IMG_1.HEIC=original* | IMG_1.MOV=original'],
  ],
  [
    'a Live Photo from a download tool is one image',
    ['IMG_1.HEIC', 'IMG_1_HEVC.MOV'],
    ['IMG_1 image: IMG_1.HEIC=original* | IMG_1_HEVC.MOV=original'],
  ],
  [
    'a Motion Photo of Takeout is one image',
    ['PXL_1.MP.jpg', 'PXL_1.MP', 'PXL_1.MP~2.jpg'],
    ['PXL_1 image: PXL_1.MP=original | PXL_1.MP.jpg=original* | PXL_1.MP~2.jpg=derivative'],
  ],
  [
    'an edited Live Photo of an iPhone joins the first one',
    ['IMG_1234.HEIC', 'IMG_1234.MOV', 'IMG_E1234.JPG', 'IMG_E1234.MOV', 'IMG_E1234.xmp'],
    [
      'IMG_1234 image: IMG_1234.HEIC=original* | IMG_1234.MOV=original | IMG_E1234.JPG=derivative | IMG_E1234.MOV=derivative | IMG_E1234.xmp=sidecar',
    ],
  ],
  [
    'a THM belongs to its video',
    ['MVI_1.AVI', 'MVI_1.THM'],
    ['MVI_1 video: MVI_1.AVI=original* | MVI_1.THM=sidecar'],
  ],
  ['a THM belongs to its picture', ['C.CRW', 'C.THM'], ['C image: C.CRW=original* | C.THM=sidecar']],
  [
    'a poster beside a container that no phone writes leaves it a video',
    ['film.mkv', 'film.jpg'],
    ['film video: film.jpg=cover* | film.mkv=original'],
  ],
  [
    'two containers of one video are one video',
    ['v.mp4', 'v.MTS'],
    ['v video: v.MTS=original* | v.mp4=export'],
  ],
  [
    'results of editors are derivatives',
    [
      'a.jpg',
      'a-edited.jpg',
      'a_edit.jpg',
      'a-EFFECTS.jpg',
      'a-COLLAGE.jpg',
      'a-Enhanced-NR.dng',
      'a-bearbeitet.jpg',
    ],
    [
      'a image: a-COLLAGE.jpg=derivative | a-EFFECTS.jpg=derivative | a-Enhanced-NR.dng=derivative | a-bearbeitet.jpg=derivative | a-edited.jpg=derivative | a.jpg=original* | a_edit.jpg=derivative',
    ],
  ],
  [
    'numbers and copies of one picture are derivatives',
    ['a.jpg', 'a (1).jpg', 'a~2.jpg', 'a_001.jpg', 'a copy.jpg'],
    [
      'a image: a (1).jpg=derivative | a copy.jpg=derivative | a.jpg=original* | a_001.jpg=derivative | a~2.jpg=derivative',
    ],
  ],
  [
    'suffixes may follow one another',
    ['a.jpg', 'a-edited.jpg', 'a-edited (1).jpg', 'b.jpg', 'b-edited~2.jpg'],
    [
      'a image: a-edited (1).jpg=derivative | a-edited.jpg=derivative | a.jpg=original*',
      'b image: b-edited~2.jpg=derivative | b.jpg=original*',
    ],
  ],
  [
    'a picture developed under the whole name of its RAW joins it',
    ['a.CR2', 'a.CR2.jpg', 'b.jpg', 'c.CR2.jpg'],
    [
      'a image: a.CR2=original* | a.CR2.jpg=derivative',
      'b image: b.jpg=original*',
      'c.CR2 image: c.CR2.jpg=original*',
    ],
  ],
  [
    'the sidecar of a derivative is a sidecar of the asset',
    ['a.jpg', 'a-edited.jpg', 'a-edited.jpg.xmp'],
    ['a image: a-edited.jpg=derivative | a-edited.jpg.xmp=sidecar | a.jpg=original*'],
  ],
  [
    'further versions of darktable are sidecars',
    ['a.cr2', 'a.cr2.xmp', 'a_01.cr2.xmp'],
    ['a image: a.cr2=original* | a.cr2.xmp=sidecar | a_01.cr2.xmp=sidecar'],
  ],
  [
    'a sidecar in another case belongs to the only picture it can mean',
    ['DSC_1.NEF', 'dsc_1.xmp'],
    ['DSC_1 image: DSC_1.NEF=original* | dsc_1.xmp=sidecar'],
  ],
  [
    'a sidecar of a file that is gone describes what is left of it',
    ['a.cr2', 'a.jpg.xmp'],
    ['a image: a.cr2=original* | a.jpg.xmp=sidecar'],
  ],
])('%s', (_fact, names, expected) => {
  expect(written(names)).toEqual(expected)
})

test.each<[string, string[]]>([
  ['names that differ in case', ['a.jpg', 'A.jpg']],
  ['names that differ in Unicode form', ['\u00e9.jpg', 'e\u0301.jpg']],
  [
    'names that begin with one date',
    ['2025.01.01 beach.jpg', '2025.01.01 sea.jpg', '2025.jpg', '2025.01.jpg'],
  ],
  [
    'derivatives whose base is not there',
    ['a-edited.jpg', 'b_edit.jpg', 'c (1).jpg', 'IMG_E1234.JPG', 'd~2.jpg'],
  ],
  [
    'a series beside a picture with the name of the series',
    ['IMG.jpg', 'IMG_001.jpg', 'IMG_002.jpg', 'IMG_003.jpg'],
  ],
  [
    'the first of a series whose others are further on',
    ['IMG.jpg', 'IMG_001.jpg', 'IMG_240.jpg', 'IMG_241.jpg'],
  ],
  ['numbers above 99', ['IMG.jpg', 'IMG_100.jpg']],
  ['pictures of one second', ['2023-01-01_12-00-00.jpg', '2023-01-01_12-00-00_001.jpg']],
  ['RAW pictures of one second', ['2023-01-01_12-00-00.CR2', '2023-01-01_12-00-00_001.CR2']],
  ['a burst', ['20240501_140322.jpg', '20240501_140322_001.jpg', '20240501_140322_002.jpg']],
  ['frames of a Pixel burst', ['P.BURST-01.COVER.jpg', 'P.BURST-02.jpg', 'P.BURST-03.jpg']],
  [
    'messages of one second',
    ['WhatsApp Image 2024-05-01 at 14.03.22.jpeg', 'WhatsApp Image 2024-05-01 at 14.03.22 (1).jpeg'],
  ],
  ['a collision in Explorer', ['IMG_1.JPG', 'IMG_1 (2).JPG']],
  ['equal names in a Takeout', ['IMG_1.jpg', 'IMG_1(1).jpg']],
  ['RAW files that a copy has numbered', ['IMG_1.CR2', 'IMG_1 (1).CR2']],
  ['days of a trip', ['trip.day-01.jpg', 'trip.day-02.jpg']],
  ['a still beside a film with another name', ['clip.mp4', 'clip_001.jpg']],
])('%s stay apart', (_fact, names) => {
  expect(together(names)).toHaveLength(names.length)
})

test('999 numbered pictures are 999 assets, also beside one that has their common name', () => {
  const series = Array.from({ length: 999 }, (_, at) => `IMG_${String(at + 1).padStart(3, '0')}.jpg`)
  expect(groupFolder(series).groups).toHaveLength(999)
  expect(groupFolder([...series, 'IMG.jpg']).groups).toHaveLength(1_000)
})

test('numbered pictures without a RAW were developed from the RAW that they name', () => {
  const names = ['IMG_1234.CR2', 'IMG_1234.JPG', 'IMG_1234_001.jpg', 'IMG_1234_002.jpg', 'IMG_1234_003.jpg']
  expect(together(names)).toEqual([names])
})

test('a copy of a picture that a camera has named by its time joins it', () => {
  expect(together(['IMG_20240501_140322.jpg', 'IMG_20240501_140322 (1).jpg'])).toHaveLength(1)
})

test('the JSON files of a Takeout join the pictures that they name, whatever Takeout has made of the names', () => {
  expect(
    together([
      'a.jpg',
      'a.jpg.json',
      'a(1).jpg',
      'a.jpg.supplemental-metadata(1).json',
      'b.jpg',
      'b.jpg.supplemental-me.json',
      'b(1).jpg',
      'b.jpg(1).json',
      'b-edited.jpg',
      'gone.jpg.json',
      'metadata.json',
      'c.jpg.something.json',
    ]),
  ).toEqual([
    ['a.jpg', 'a.jpg.json'],
    ['a(1).jpg', 'a.jpg.supplemental-metadata(1).json'],
    ['b-edited.jpg', 'b.jpg', 'b.jpg.supplemental-me.json'],
    ['b(1).jpg', 'b.jpg(1).json'],
  ])
})

test('an edited picture of a Takeout joins the one of equal number', () => {
  const names = ['a.jpg', 'a(1).jpg', 'a-edited.jpg', 'a-edited(1).jpg']
  expect(together(names)).toEqual([
    ['a-edited.jpg', 'a.jpg'],
    ['a(1).jpg', 'a-edited(1).jpg'],
  ])
})

test('sidecars without a picture and files of no use are orphans', () => {
  const { groups, orphans } = groupFolder(['b.xmp', 'a.jpg', 'notes.txt', 'a-edited.xmp', 'MVI_1.THM'])
  expect(groups.map(({ key }) => key)).toEqual(['a'])
  expect(orphans).toEqual(['MVI_1.THM', 'a-edited.xmp', 'b.xmp', 'notes.txt'])
})

test('a sidecar that could mean two pictures in another case is an orphan', () => {
  expect(groupFolder(['Ab.jpg', 'aB.jpg', 'AB.xmp']).orphans).toEqual(['AB.xmp'])
})

test('names that are not UTF-8 keep their bytes', () => {
  const stem = [0xff, 0x61]
  const name = (extension: string) =>
    decodePathName(Uint8Array.from([...stem, ...new TextEncoder().encode(extension)]))
  expect(groupFolder([name('.jpg'), name('.cr2'), name('-edited.jpg')]).groups).toMatchObject([
    { key: decodePathName(Uint8Array.from(stem)), files: { length: 3 } },
  ])
})

/** Names that collide often, from the pieces that the rules look at. */
const anyName = fc
  .tuple(
    fc.constantFrom(
      'a',
      'A',
      'IMG_1234',
      'IMG_E1234',
      'IMG',
      '20240501_140322',
      '2023-01-01_12-00-00',
      'é',
      '.RAW-01',
      '',
    ),
    fc.array(
      fc.constantFrom(
        '-edited',
        '_edit',
        ' (1)',
        ' (2)',
        '~2',
        '_001',
        '_002',
        '_003',
        '(1)',
        '.RAW-01',
        '.COVER',
        '.MP',
        '_HEVC',
        '.CR2',
        '.jpg',
        ' copy',
      ),
      { maxLength: 3 },
    ),
    fc.constantFrom(
      '.jpg',
      '.JPG',
      '.heic',
      '.CR2',
      '.dng',
      '.mov',
      '.MP',
      '.mkv',
      '.png',
      '.xmp',
      '.THM',
      '.txt',
      '',
    ),
  )
  .map(([stem, suffixes, extension]) => stem + suffixes.join('') + extension)

test('the order of the names changes nothing', () => {
  fc.assert(
    fc.property(
      fc
        .array(anyName, { maxLength: 40 })
        .chain((names) =>
          fc.tuple(fc.constant(names), fc.shuffledSubarray(names, { minLength: names.length })),
        ),
      ([names, shuffled]) => {
        expect(groupFolder(shuffled)).toEqual(groupFolder(names))
      },
    ),
    { numRuns: 1_000 },
  )
})

test('every name is in exactly one place, and every asset has a cover of its own', () => {
  fc.assert(
    fc.property(fc.array(anyName, { maxLength: 40 }), (names) => {
      const { groups, orphans } = groupFolder(names)
      const placed = [...groups.flatMap(({ files }) => files.map(({ name }) => name)), ...orphans]
      expect(placed.sort()).toEqual([...new Set(names)].sort())
      expect(groups.map(({ key }) => key)).toEqual([...new Set(groups.map(({ key }) => key))].sort())
      for (const { files, cover } of groups) {
        expect(['original', 'cover', 'export']).toContain(files.find(({ name }) => name === cover)?.role)
      }
    }),
    { numRuns: 1_000 },
  )
})

test('another folder’s worth of unrelated pictures changes no asset', () => {
  fc.assert(
    fc.property(
      fc.array(anyName, { maxLength: 20 }),
      fc.array(anyName, { maxLength: 20 }),
      (names, others) => {
        const unrelated = others.map((name) => `zz ${name}`).filter((name) => !/^zz (\(|copy)/.test(name))
        const alone = groupFolder(names).groups
        const keys = new Set(alone.map(({ key }) => key))
        const both = groupFolder([...names, ...unrelated]).groups.filter(({ key }) => keys.has(key))
        expect(both).toEqual(alone)
      },
    ),
  )
})

test('100,000 names in one folder take less than two seconds of the processor', () => {
  const names = Array.from({ length: 25_000 }, (_, at) => `IMG_${at}`).flatMap((stem) => [
    `${stem}.CR2`,
    `${stem}.JPG`,
    `${stem}_001.jpg`,
    `${stem}.CR2.xmp`,
  ])
  const start = process.cpuUsage()
  expect(groupFolder(names).groups).toHaveLength(25_000)
  // Not the wall clock: other tests run at the same time.
  expect(process.cpuUsage(start).user / 1_000).toBeLessThan(2_000)
})
