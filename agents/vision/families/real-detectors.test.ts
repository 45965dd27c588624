import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { maskArea } from '../../../protocol/mask-shape.ts'
import { decodeMask } from '../../../protocol/rle.ts'
import type { FoundObject } from '../../../protocol/vision.ts'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import { type AssetModelId, assetManifest, assetModelPaths } from '../testing/asset-manifests.ts'
import { openOnnx } from '../testing/open-onnx.ts'
import { readPicture } from '../testing/read-picture.ts'
import { findFamily } from './families.ts'
import type { Detector } from './family.ts'

const photo = (name: string) => join(assetsFolder, 'photos/objects', name)

const opened = new Map<AssetModelId, Promise<Detector>>()

function openDetector(id: AssetModelId): Promise<Detector> {
  const known = opened.get(id) ?? openOnce(id)
  opened.set(id, known)
  return known
}

async function openOnce(id: AssetModelId): Promise<Detector> {
  const part = assetManifest(id).parts.detector!
  const family = findFamily(part.family)
  if (family?.role !== 'detector') throw new Error(`${part.family} is no detector`)
  return family.open({ part, session: await openOnnx(assetModelPaths(id)[0]!) })
}

const newWatch = () => ({ prepare: 0, infer: 0, read: 0 })

type Expected = readonly [className: string, score: number, box: readonly number[]]

/** What the reference implementations find, allowing for other resampling. */
const tolerance = { boxPx: 15, score: 0.05 }

/** Boxes as `[x1, y1, x2, y2]` in pixels, cut off at the edges as ours are. */
async function findIn(detector: Detector, name: string) {
  const picture = await readPicture(photo(name))
  const objects = await detector.detect(picture, newWatch())
  return objects.map(({ className, score, box: [x, y, width, height], mask }) => ({
    className,
    score,
    mask,
    box: [
      x * picture.widthPx,
      y * picture.heightPx,
      (x + width) * picture.widthPx,
      (y + height) * picture.heightPx,
    ],
  }))
}

function expectFound(found: Awaited<ReturnType<typeof findIn>>, expected: readonly Expected[]): void {
  for (const [className, score, box] of expected) {
    const near = found.find(
      (one) =>
        one.className === className &&
        Math.abs(one.score - score) <= tolerance.score &&
        one.box.every((edge, i) => Math.abs(edge - box[i]!) <= tolerance.boxPx),
    )
    if (!near) expect.fail(`no ${className} ${score} at ${box} among ${JSON.stringify(found)}`)
  }
}

const rows: {
  id: AssetModelId
  photos: Record<string, readonly Expected[]>
}[] = [
  {
    id: 'yolox-nano',
    photos: {
      'bus.jpg': [
        ['bus', 0.92, [9, 230, 806, 734]],
        ['person', 0.85, [49, 393, 214, 900]],
        ['person', 0.82, [218, 403, 350, 855]],
        ['person', 0.68, [682, 446, 810, 877]],
        ['person', 0.32, [1, 595, 81, 885]],
      ],
      'zidane.jpg': [
        ['person', 0.84, [149, 199, 681, 713]],
        ['person', 0.81, [704, 39, 1151, 706]],
        ['tie', 0.51, [431, 438, 498, 693]],
        ['tie', 0.34, [538, 405, 654, 687]],
      ],
    },
  },
  {
    id: 'yolov8n',
    photos: {
      'bus.jpg': [
        ['person', 0.93, [672, 379, 810, 878]],
        ['person', 0.91, [222, 408, 343, 856]],
        ['person', 0.91, [51, 398, 243, 904]],
        ['person', 0.36, [0, 551, 58, 866]],
        ['bus', 0.86, [21, 231, 795, 754]],
      ],
      'zidane.jpg': [
        ['person', 0.9, [147, 200, 1104, 711]],
        ['person', 0.84, [749, 40, 1147, 709]],
        ['tie', 0.52, [436, 438, 520, 713]],
      ],
    },
  },
  {
    id: 'yolov5n',
    photos: {
      'bus.jpg': [
        ['person', 0.82, [220, 408, 349, 864]],
        ['person', 0.81, [51, 397, 207, 897]],
        ['person', 0.67, [679, 379, 815, 872]],
        ['bus', 0.59, [53, 238, 815, 773]],
      ],
      'zidane.jpg': [
        ['person', 0.8, [743, 40, 1153, 715]],
        ['person', 0.4, [134, 182, 740, 720]],
      ],
    },
  },
  {
    id: 'fastestdet',
    photos: {
      'bus.jpg': [
        ['person', 0.88, [45, 379, 218, 900]],
        ['person', 0.88, [215, 404, 332, 869]],
        ['person', 0.64, [0, 577, 63, 841]],
        ['bus', 0.81, [78, 193, 790, 779]],
      ],
    },
  },
  {
    id: 'yolov8n-seg',
    photos: {
      'bus.jpg': [
        ['person', 0.87, [222, 400, 343, 854]],
        ['person', 0.83, [46, 391, 235, 897]],
        ['person', 0.82, [672, 394, 809, 875]],
        ['bus', 0.87, [17, 227, 797, 732]],
      ],
      'zidane.jpg': [['tie', 0.64, [436, 433, 523, 710]]],
    },
  },
]

describe.skipIf(assetsMissing)(`with real weights${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  describe.each(rows)('$id', ({ id, photos }) => {
    let detector: Detector
    beforeAll(async () => {
      detector = await openDetector(id)
    })

    test.each(Object.entries(photos))('finds in %s what the reference finds', async (name, expected) => {
      const found = await findIn(detector, name)
      expectFound(found, expected)
      expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a))
    })
  })

  test('FastestDet finds two people and a tie in zidane.jpg', async () => {
    const found = await findIn(await openDetector('fastestdet'), 'zidane.jpg')
    const scoresOf = (name: string) =>
      found.filter(({ className }) => className === name).map(({ score }) => score)
    expect(scoresOf('person').slice(0, 2)).toEqual([expect.closeTo(0.86, 1), expect.closeTo(0.83, 1)])
    expect(scoresOf('tie')[0]).toBeCloseTo(0.76, 1)
  })

  test.each([
    [
      'bus.jpg',
      [
        ['person', 0.87, 0.58],
        ['person', 0.83, 0.52],
        ['person', 0.82, 0.32],
        ['bus', 0.87, 0.63],
      ],
    ],
    [
      'zidane.jpg',
      [
        ['person', 0.84, 0.43],
        ['person', 0.83, 0.56],
        ['tie', 0.64, 0.39],
      ],
    ],
  ] as const)(
    'the outlines of YOLOv8n-seg fill their boxes in %s as the reference’s do',
    async (name, expected) => {
      const objects = await findIn(await openDetector('yolov8n-seg'), name)
      const { widthPx, heightPx } = await readPicture(photo(name))
      const filled = objects.map(({ className, score, box, mask }) => {
        const [rows, columns] = mask!.size
        // Each side of the mask has a quarter of the pixels that the picture has in the input of 640 × 640.
        const scale = 640 / Math.max(widthPx, heightPx) / 4
        expect([columns, rows]).toEqual([Math.round(widthPx * scale), Math.round(heightPx * scale)])
        const boxArea = ((box[2]! - box[0]!) * (box[3]! - box[1]!)) / (widthPx * heightPx)
        return { className, score, share: maskArea(mask!) / (rows * columns) / boxArea }
      })
      for (const [className, score, share] of expected) {
        expect(filled).toContainEqual({
          className,
          score: expect.closeTo(score, 1),
          share: expect.closeTo(share, 1),
        })
      }
    },
  )

  test('DeepLab outlines the bird, and nothing else, as the reference does', async () => {
    const detector = await openDetector('deeplabv3-pascal')
    const objects = await detector.detect(await readPicture(photo('bird_segmentation.bmp')), newWatch())
    expect(new Set(objects.map(({ className }) => className))).toEqual(new Set(['bird']))
    const area = objects.reduce((sum, { mask }) => sum + maskArea(mask!), 0)
    expect(area).toBeGreaterThan(55_984 * 0.99)
    expect(area).toBeLessThan(55_984 * 1.01)

    const reference = await readPicture(photo('bird_segmentation_mask.bmp'))
    const isBird = drawAll(objects)
    let [shared, together] = [0, 0]
    for (let pixel = 0; pixel < isBird.length; pixel += 1) {
      const inReference = reference.rgb[pixel * 3] === 3
      if (isBird[pixel] && inReference) shared += 1
      if (isBird[pixel] || inReference) together += 1
    }
    expect(shared / together).toBeCloseTo(0.9, 2)
  })
})

function drawAll(objects: readonly FoundObject[]): Uint8Array {
  const all = new Uint8Array(513 * 513)
  for (const { mask } of objects) {
    decodeMask(mask!).forEach((value, pixel) => {
      all[pixel]! |= value
    })
  }
  return all
}
