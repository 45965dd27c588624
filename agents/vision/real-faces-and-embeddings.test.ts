import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assetsMissing } from '../vault/testing/test-assets.ts'
import { writeAssetModels } from './testing/asset-models.ts'
import { cosine, readHalves } from './testing/read-halves.ts'
import { renderPreview } from './testing/render-preview.ts'
import { RunningVision } from './testing/running-vision.ts'

const detectors = ['yunet-mobilefacenet', 'ultraface-mobilefacenet'] as const
type Corners = [score: number, x1: number, y1: number, x2: number, y2: number]

/** What the origins find; corners in pixels of the photo. */
const expectedFaces: Record<(typeof detectors)[number], Record<string, Corners[]>> = {
  'yunet-mobilefacenet': {
    'objects/bus.jpg': [
      [0.92, 113, 416, 155, 471],
      [0.9, 269, 422, 306, 475],
    ],
    'objects/zidane.jpg': [
      [0.91, 915, 94, 1058, 278],
      [0.89, 554, 266, 656, 424],
    ],
  },
  'ultraface-mobilefacenet': {
    'objects/bus.jpg': [
      [0.99, 113, 410, 153, 466],
      [0.93, 268, 418, 304, 484],
    ],
    'objects/zidane.jpg': [
      [1, 924, 107, 1053, 282],
      [0.95, 552, 249, 655, 423],
    ],
  },
}

/** Pictures of one person each: of the 300 pairs of the origin the 55 whose pictures are here. */
const people = [
  ['img13', 'img14', 'img15'],
  ['img18', 'img19'],
  ['img20', 'img21'],
  ['img22', 'img23'],
  ['img3', 'img12'],
]
const photos = people.flat()
const pairs = photos.flatMap((one, index) =>
  photos.slice(index + 1).map((other) => ({
    one,
    other,
    same: people.some((person) => person.includes(one) && person.includes(other)),
  })),
)
/** From here on two faces are one person's. */
const SAME_FROM = 0.4

/** Six of the reference's seven; its chickadee is not among the test media. */
const subjects = {
  'objects/cat_720p.jpg': 'Egyptian cat',
  'objects/hot_dog.jpg': 'hotdog',
  'objects/sunflower.bmp': 'daisy',
  'objects/grace_hopper.bmp': 'military uniform',
  'objects/parrot.jpg': 'macaw',
  'objects/dog_segmentation.bmp': 'Samoyed',
}

describe.skipIf(assetsMissing)(
  `real weights, from preview to result${assetsMissing ? ` (${assetsMissing})` : ''}`,
  () => {
    let running: RunningVision
    beforeAll(async () => {
      running = await RunningVision.start((folder) =>
        writeAssetModels(folder, [...detectors, 'mobilenet-v2']),
      )
    })
    afterAll(() => running[Symbol.asyncDispose]())

    test.each(
      detectors.flatMap((model) => Object.keys(expectedFaces[model]).map((photo) => [model, photo] as const)),
    )('%s finds the faces of the reference in %s', async (model, photo) => {
      const { bytes, widthPx, heightPx } = await renderPreview(photo)
      const { faces } = await running.look('asset.faces', model, bytes, {})
      const expected = expectedFaces[model][photo]!
      expect(faces).toHaveLength(expected.length)
      expected.forEach(([score, ...corners], index) => {
        const [x, y, width, height] = faces[index]!.box
        const found = [x * widthPx, y * heightPx, (x + width) * widthPx, (y + height) * heightPx]
        expect(Math.abs(faces[index]!.score - score)).toBeLessThan(0.05)
        for (const [side, corner] of found.entries())
          expect(Math.abs(corner - corners[side]!)).toBeLessThan(15)
      })
    })

    /** How near the largest faces of each pair are. */
    async function compare(model: (typeof detectors)[number]): Promise<number[]> {
      const vectors = new Map<string, Float32Array>()
      for (const photo of photos) {
        const { bytes } = await renderPreview(`faces/${photo}.jpg`)
        const { faces } = await running.look('asset.faces', model, bytes, {})
        const largest = faces.toSorted((one, other) => other.box[2] - one.box[2])[0]
        vectors.set(photo, readHalves(largest!.embedding!))
      }
      return pairs.map(({ one, other }) => cosine(vectors.get(one)!, vectors.get(other)!))
    }

    test('with landmarks all pairs of faces are told apart without a mistake', async () => {
      const closeness = await compare('yunet-mobilefacenet')
      expect(pairs.filter(({ same }) => same)).toHaveLength(7)
      for (const [index, { one, other, same }] of pairs.entries())
        expect(closeness[index]! >= SAME_FROM, `${one} and ${other}: ${closeness[index]!.toFixed(3)}`).toBe(
          same,
        )
    })

    test('without landmarks nobody is taken for somebody else, and most are still found again', async () => {
      const closeness = await compare('ultraface-mobilefacenet')
      const found = pairs.filter((_, index) => closeness[index]! >= SAME_FROM)
      expect(found.filter(({ same }) => !same)).toEqual([])
      expect(found.length).toBeGreaterThanOrEqual(5)
    })

    test('of all pictures a name finds the one that shows it', async () => {
      const pictures = await Promise.all(
        Object.keys(subjects).map(async (photo) => {
          const { bytes } = await renderPreview(photo)
          const { embedding } = await running.look('asset.embed', 'mobilenet-v2', bytes, {})
          return readHalves(embedding!)
        }),
      )
      for (const [right, name] of Object.values(subjects).entries()) {
        const { embedding } = await running.ask('mobilenet-v2', name)
        const closeness = pictures.map((picture) => cosine(picture, readHalves(embedding!)))
        // 0.27 in the reference, of photos that were not compressed once more.
        expect(closeness[right], name).toBeGreaterThanOrEqual(0.26)
        for (const [index, value] of closeness.entries())
          if (index !== right) expect(value, name).toBeLessThanOrEqual(0.07)
      }
    })
  },
)
