import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maskArea } from '../../protocol/mask-shape.ts'
import { decodeMask } from '../../protocol/rle.ts'
import { assetsFolder, assetsMissing } from '../vault/testing/test-assets.ts'
import { type AssetModelId, assetModelIds } from './testing/asset-manifests.ts'
import { writeAssetModels } from './testing/asset-models.ts'
import { readPicture } from './testing/read-picture.ts'
import { renderPreview } from './testing/render-preview.ts'
import { RunningVision } from './testing/running-vision.ts'

/**
 * The table of the test media through the agent: previews as ingest makes them, jobs as they are leased, the process in
 * its cage, results as they are reported. Vectors and pairs of faces: `real-faces-and-embeddings.test.ts`; what decoders do
 * with pixels is tested beside them.
 */
const TOLERANCE = { boxPx: 15, score: 0.05 }

type Corners = readonly [x1: number, y1: number, x2: number, y2: number]
type Expected = readonly [name: string, score: number, corners: Corners]
type Found = { name: string; score: number; corners: number[] }

const objects: Partial<Record<AssetModelId, Record<string, readonly Expected[]>>> = {
  'yolox-nano': {
    'bus.jpg': [
      ['bus', 0.92, [9, 230, 806, 734]],
      ['person', 0.85, [49, 393, 214, 900]],
      ['person', 0.82, [218, 403, 350, 855]],
      ['person', 0.68, [682, 446, 810, 877]],
      ['person', 0.32, [1, 595, 81, 885]],
    ],
    'zidane.jpg': [
      ['person', 0.84, [149, 199, 681, 713]],
      ['person', 0.81, [704, 39, 1_151, 706]],
      ['tie', 0.51, [431, 438, 498, 693]],
      ['tie', 0.34, [538, 405, 654, 687]],
    ],
  },
  yolov8n: {
    'bus.jpg': [
      ['person', 0.93, [672, 379, 810, 878]],
      ['person', 0.91, [222, 408, 343, 856]],
      ['person', 0.91, [51, 398, 243, 904]],
      ['person', 0.36, [0, 551, 58, 866]],
      ['bus', 0.86, [21, 231, 795, 754]],
    ],
    'zidane.jpg': [
      ['person', 0.9, [147, 200, 1_104, 711]],
      ['person', 0.84, [749, 40, 1_147, 709]],
      ['tie', 0.52, [436, 438, 520, 713]],
    ],
  },
  yolov5n: {
    'bus.jpg': [
      ['person', 0.82, [220, 408, 349, 864]],
      ['person', 0.81, [51, 397, 207, 897]],
      ['person', 0.67, [679, 379, 815, 872]],
      ['bus', 0.59, [53, 238, 815, 773]],
    ],
    'zidane.jpg': [
      ['person', 0.8, [743, 40, 1_153, 715]],
      ['person', 0.4, [134, 182, 740, 720]],
    ],
  },
  fastestdet: {
    'bus.jpg': [
      ['person', 0.88, [45, 379, 218, 900]],
      ['person', 0.88, [215, 404, 332, 869]],
      ['person', 0.64, [0, 577, 63, 841]],
      ['bus', 0.81, [78, 193, 790, 779]],
    ],
  },
  'yolov8n-seg': {
    'bus.jpg': [
      ['person', 0.87, [222, 400, 343, 854]],
      ['person', 0.83, [46, 391, 235, 897]],
      ['person', 0.82, [672, 394, 809, 875]],
      ['bus', 0.87, [17, 227, 797, 732]],
    ],
    'zidane.jpg': [['tie', 0.64, [436, 433, 523, 710]]],
  },
}

/** Share of the box that the outline fills. */
const filled = {
  'bus.jpg': [
    ['person', 0.87, 0.58],
    ['person', 0.83, 0.52],
    ['person', 0.82, 0.32],
    ['bus', 0.87, 0.63],
  ],
  'zidane.jpg': [
    ['person', 0.84, 0.43],
    ['person', 0.83, 0.56],
    ['tie', 0.64, 0.39],
  ],
} as const

const faces: Partial<Record<AssetModelId, Record<string, readonly Expected[]>>> = {
  'yunet-mobilefacenet': {
    'bus.jpg': [
      ['face', 0.92, [113, 416, 155, 471]],
      ['face', 0.9, [269, 422, 306, 475]],
    ],
    'zidane.jpg': [
      ['face', 0.91, [915, 94, 1_058, 278]],
      ['face', 0.89, [554, 266, 656, 424]],
    ],
  },
  'ultraface-mobilefacenet': {
    'bus.jpg': [
      ['face', 0.99, [113, 410, 153, 466]],
      ['face', 0.93, [268, 418, 304, 484]],
    ],
    'zidane.jpg': [
      ['face', 1, [924, 107, 1_053, 282]],
      ['face', 0.95, [552, 249, 655, 423]],
    ],
  },
}

describe.skipIf(assetsMissing)(
  `real weights${assetsMissing ? ` (${assetsMissing})` : ''}`,
  { timeout: 60_000 },
  () => {
    let t: RunningVision

    beforeAll(async () => {
      t = await RunningVision.start((folder) => writeAssetModels(folder, assetModelIds))
    })
    afterAll(() => t?.[Symbol.asyncDispose]())

    test('all models are ready', () => {
      expect(assetModelIds.map((id) => [id, t.state(id)])).toEqual(
        assetModelIds.map((id) => [id, { state: 'ready', reason: null }]),
      )
    })

    describe.each(Object.entries(objects))('%s', (id, photos) => {
      test.each(Object.entries(photos))('finds in %s what the reference finds', async (name, expected) => {
        const preview = await renderPreview(`objects/${name}`)
        const result = await t.look('asset.detect', id, preview, {})
        const found = result.objects.map(({ className, score, box }) => ({
          name: className,
          score,
          corners: cornersOf(box, preview),
        }))
        expectAll(found, expected)
      })
    })

    test.each(Object.entries(filled))(
      'the outlines of YOLOv8n-seg fill their boxes in %s',
      async (name, expected) => {
        const preview = await renderPreview(`objects/${name}`)
        const result = await t.look('asset.detect', 'yolov8n-seg', preview, {})
        const shares = result.objects.map(({ className, score, box, mask }) => {
          const [rows, columns] = mask!.size
          return { className, score, share: maskArea(mask!) / (rows * columns) / (box[2] * box[3]) }
        })
        for (const [className, score, share] of expected) {
          expect(shares).toContainEqual({
            className,
            score: expect.closeTo(score, 1),
            share: expect.closeTo(share, 1),
          })
        }
      },
    )

    test('a click on the tie gives the tie, and a box around the bus the bus', async () => {
      const zidane = await renderPreview('objects/zidane.jpg')
      const at: [number, number] = [478 / 1_280, 580 / 720]
      const click = { prompt: { points: [{ at, inside: true }], box: null } }
      const tie = await t.look('asset.prompt', 'yolov8n-seg', zidane, click)
      expectNear(cornersOf(tie.box!, zidane), [436, 433, 523, 710], 40)

      const bus = await renderPreview('objects/bus.jpg')
      const box: [number, number, number, number] = [0.02, 0.21, 0.96, 0.47]
      const { masks } = await t.look('asset.segment', 'yolov8n-seg', bus, {
        boxes: [{ detectionId: 3, box }],
      })
      expect(masks).toMatchObject([{ detectionId: 3, score: expect.closeTo(0.87, 1) }])
    })

    test('DeepLab outlines the bird, and nothing else, as the reference does', async () => {
      const preview = await renderPreview('objects/bird_segmentation.bmp')
      const { objects: birds } = await t.look('asset.detect', 'deeplabv3-pascal', preview, {})
      expect(new Set(birds.map(({ className }) => className))).toEqual(new Set(['bird']))
      const area = birds.reduce((sum, { mask }) => sum + maskArea(mask!), 0)
      expect(area / 55_984).toBeCloseTo(1, 1)
      const reference = await readPicture(join(assetsFolder, 'photos/objects/bird_segmentation_mask.bmp'))
      const isBird = birds.map(({ mask }) => decodeMask(mask!))
      let [shared, together] = [0, 0]
      for (let pixel = 0; pixel < 513 * 513; pixel += 1) {
        const isFound = isBird.some((bits) => bits[pixel] === 1)
        const isMeant = reference.rgb[pixel * 3] === 3
        if (isFound && isMeant) shared += 1
        if (isFound || isMeant) together += 1
      }
      expect(shared / together).toBeGreaterThanOrEqual(0.89)
    })

    describe.each(Object.entries(faces))('%s', (id, photos) => {
      test.each(Object.entries(photos))('finds the faces in %s', async (name, expected) => {
        const preview = await renderPreview(`objects/${name}`)
        const result = await t.look('asset.faces', id, preview, {})
        const found = result.faces.map(({ score, box }) => ({
          name: 'face',
          score,
          corners: cornersOf(box, preview),
        }))
        expect(found).toHaveLength(expected.length)
        expectAll(found, expected)
      })
    })
  },
)

function cornersOf(
  [x, y, width, height]: readonly [number, number, number, number],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): number[] {
  return [x * widthPx, y * heightPx, (x + width) * widthPx, (y + height) * heightPx]
}

function expectAll(found: readonly Found[], expected: readonly Expected[]): void {
  for (const [name, score, corners] of expected) {
    const near = found.find(
      (one) =>
        one.name === name &&
        Math.abs(one.score - score) <= TOLERANCE.score &&
        one.corners.every((edge, at) => Math.abs(edge - corners[at]!) <= TOLERANCE.boxPx),
    )
    if (!near) expect.fail(`no ${name} ${score} at ${corners} among ${JSON.stringify(found)}`)
  }
}

function expectNear(corners: readonly number[], expected: Corners, tolerancePx: number): void {
  for (const [at, edge] of corners.entries()) expect(Math.abs(edge - expected[at]!)).toBeLessThan(tolerancePx)
}
