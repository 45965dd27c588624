import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { maskArea } from '../../../protocol/mask-shape.ts'
import { decodeMask } from '../../../protocol/rle.ts'
import type { FoundObject } from '../../../protocol/vision.ts'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import {
  type AssetModelId,
  assetManifest,
  assetModelIds,
  assetModelPaths,
} from '../testing/asset-manifests.ts'
import { cornersOf, expectedObjects, expectFound, filledShares } from '../testing/expected-detections.ts'
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

async function findIn(detector: Detector, name: string) {
  const picture = await readPicture(photo(name))
  const objects = await detector.detect(picture, newWatch())
  return objects.map(({ className, score, box, mask }) => ({
    name: className,
    score,
    mask,
    corners: cornersOf(box, picture),
  }))
}

describe.skipIf(assetsMissing)(`with real weights${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  describe.each(assetModelIds.filter((id) => expectedObjects[id]))('%s', (id) => {
    let detector: Detector
    beforeAll(async () => {
      detector = await openDetector(id)
    })

    test.each(Object.entries(expectedObjects[id]!))(
      'finds in %s what the reference finds',
      async (name, expected) => {
        const found = await findIn(detector, name)
        expectFound(found, expected)
        expect(found.map(({ score }) => score)).toEqual(found.map(({ score }) => score).sort((a, b) => b - a))
      },
    )
  })

  test('FastestDet finds two people and a tie in zidane.jpg', async () => {
    const found = await findIn(await openDetector('fastestdet'), 'zidane.jpg')
    const scoresOf = (name: string) => found.filter((one) => one.name === name).map(({ score }) => score)
    expect(scoresOf('person').slice(0, 2)).toEqual([expect.closeTo(0.86, 1), expect.closeTo(0.83, 1)])
    expect(scoresOf('tie')[0]).toBeCloseTo(0.76, 1)
  })

  test.each(Object.entries(filledShares))(
    'the outlines of YOLOv8n-seg fill their boxes in %s as the reference’s do',
    async (name, expected) => {
      const objects = await findIn(await openDetector('yolov8n-seg'), name)
      const { widthPx, heightPx } = await readPicture(photo(name))
      const filled = objects.map(({ name: className, score, corners, mask }) => {
        const [rows, columns] = mask!.size
        // Each side of the mask has a quarter of the pixels that the picture has in the input of 640 × 640.
        const scale = 640 / Math.max(widthPx, heightPx) / 4
        expect([columns, rows]).toEqual([Math.round(widthPx * scale), Math.round(heightPx * scale)])
        const boxArea = ((corners[2] - corners[0]) * (corners[3] - corners[1])) / (widthPx * heightPx)
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

    const { rgb } = await (await readPicture(photo('bird_segmentation_mask.bmp'))).pixels()
    const isBird = drawAll(objects)
    let [shared, together] = [0, 0]
    for (let pixel = 0; pixel < isBird.length; pixel += 1) {
      const inReference = rgb[pixel * 3] === 3
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
