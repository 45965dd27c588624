import fc from 'fast-check'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import type { Tags } from '../../protocol/ingest.ts'
import { findWords } from './find-words.ts'
import { summariseWords } from './summarise-words.ts'
import { turnedBox } from './turn-regions.ts'

const orientations = [1, 2, 3, 4, 5, 6, 7, 8]
const inverse = (orientation: number) => ({ 6: 8, 8: 6 })[orientation] ?? orientation

test.each(orientations)('orientation %i turns a box as a decoder turns the picture', async (orientation) => {
  // A white box at 2, 1 of 3 × 1 pixels in a dark picture of 10 × 8.
  const pixels = Buffer.alloc(80)
  pixels.fill(255, 12, 15)
  const stored = await sharp(pixels, { raw: { width: 10, height: 8, channels: 1 } })
    .withMetadata({ orientation })
    .png()
    .toBuffer()
  const { data, info } = await sharp(stored)
    .autoOrient()
    .greyscale()
    .raw()
    .toBuffer({ resolveWithObject: true })
  const [x, y, width, height] = turnedBox([0.2, 0.125, 0.3, 0.125], orientation)
  const white: number[] = []
  const boxed: number[] = []
  for (let at = 0; at < info.width * info.height; at += 1) {
    const [column, row] = [at % info.width, Math.floor(at / info.width)]
    const [atX, atY] = [(column + 0.5) / info.width, (row + 0.5) / info.height]
    if (data[at * info.channels]! > 128) white.push(at)
    if (atX > x && atX < x + width && atY > y && atY < y + height) boxed.push(at)
  }
  expect(white).toHaveLength(3)
  expect(boxed).toEqual(white)
})

test('every turn can be turned back, and stays in the picture', () => {
  const side = fc.double({ min: 0, max: 1, noNaN: true })
  fc.assert(
    fc.property(fc.constantFrom(...orientations), side, side, side, side, (orientation, x, y, w, h) => {
      const box: [number, number, number, number] = [x, y, w * (1 - x), h * (1 - y)]
      const turned = turnedBox(box, orientation)
      for (const [at, length] of [
        [turned[0], turned[2]],
        [turned[1], turned[3]],
      ] as const) {
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at + length).toBeLessThanOrEqual(1 + 1e-9)
      }
      const back = turnedBox(turned, inverse(orientation))
      for (const [index, value] of back.entries()) expect(value).toBeCloseTo(box[index]!, 9)
    }),
  )
})

const face = {
  'XMP:RegionName': 'Ada',
  'XMP:RegionType': 'Face',
  'XMP:RegionAreaX': 0.25,
  'XMP:RegionAreaY': 0.5,
  'XMP:RegionAreaW': 0.5,
  'XMP:RegionAreaH': 0.25,
}
const drawnFor = (width: number, height: number) => ({
  'XMP:RegionAppliedToDimensionsW': width,
  'XMP:RegionAppliedToDimensionsH': height,
})
const lying = { 'EXIF:Orientation': 6, 'File:ImageWidth': 4_000, 'File:ImageHeight': 3_000 }
const asItIs = [0, 0.375, 0.5, 0.25]
const turned = [0.375, 0, 0.25, 0.5]

test.each<[string, Tags, Tags, number[]]>([
  ['drawn for the stored picture', { ...face, ...drawnFor(4_000, 3_000) }, lying, turned],
  ['drawn for a smaller copy of it', { ...face, ...drawnFor(400, 300) }, lying, turned],
  ['drawn for the upright picture', { ...face, ...drawnFor(3_000, 4_000) }, lying, asItIs],
  ['drawn for nobody knows what', face, lying, asItIs],
  ['of a square picture', { ...face, ...drawnFor(3_000, 3_000) }, lying, asItIs],
  [
    'of a picture that is not turned',
    { ...face, ...drawnFor(4_000, 3_000) },
    { ...lying, 'EXIF:Orientation': 1 },
    asItIs,
  ],
  [
    'of a picture upside down, where no size can tell',
    { ...face, ...drawnFor(4_000, 3_000) },
    { ...lying, 'EXIF:Orientation': 3 },
    asItIs,
  ],
  [
    'with the orientation in the sidecar alone',
    {
      ...face,
      ...drawnFor(4_000, 3_000),
      'XMP:Orientation': 6,
      'XMP:ImageWidth': 4_000,
      'XMP:ImageHeight': 3_000,
    },
    {},
    turned,
  ],
])('a region %s', (_fact, sidecar, picture, box) => {
  const words = findWords([
    { id: 1, name: 'a.jpg', role: 'original', tags: picture, mtimeUs: 0 },
    { id: 2, name: 'a.xmp', role: 'sidecar', tags: sidecar, mtimeUs: 0 },
  ])
  expect(words.regions?.value).toEqual([{ kind: 'person', name: 'Ada', box }])
})

test('what a sidecar says of its picture’s orientation counts also where it is looked at alone', () => {
  const tags = {
    ...face,
    ...drawnFor(4_000, 3_000),
    'XMP:Orientation': 6,
    'XMP:ImageWidth': 4_000,
    'XMP:ImageHeight': 3_000,
  }
  expect(summariseWords(tags).regions).toEqual([{ kind: 'person', name: 'Ada', box: turned }])
})
