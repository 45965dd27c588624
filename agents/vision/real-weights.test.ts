import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { maskArea } from '../../protocol/mask-shape.ts'
import { decodeMask } from '../../protocol/rle.ts'
import { assetsFolder, assetsMissing } from '../vault/testing/test-assets.ts'
import { assetModelIds } from './testing/asset-manifests.ts'
import { writeAssetModels } from './testing/asset-models.ts'
import {
  type Corners,
  cornersOf,
  expectedFaces,
  expectedObjects,
  expectFound,
  filledShares,
} from './testing/expected-detections.ts'
import { readPicture } from './testing/read-picture.ts'
import { renderPreview } from './testing/render-preview.ts'
import { RunningVision } from './testing/running-vision.ts'

/**
 * The table of the test media through the agent: previews as ingest makes them, jobs as they are leased, the process in
 * its cage, results as they are reported. Vectors and pairs of faces: `real-faces-and-embeddings.test.ts`; what decoders do
 * with pixels is tested beside them.
 */
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

    describe.each(Object.entries(expectedObjects))('%s', (id, photos) => {
      test.each(Object.entries(photos))('finds in %s what the reference finds', async (name, expected) => {
        const preview = await renderPreview(`objects/${name}`)
        const result = await t.look('asset.detect', id, preview, {})
        const found = result.objects.map(({ className, score, box }) => ({
          name: className,
          score,
          corners: cornersOf(box, preview),
        }))
        expectFound(found, expected)
      })
    })

    test.each(Object.entries(filledShares))(
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
      const mask = await readPicture(join(assetsFolder, 'photos/objects/bird_segmentation_mask.bmp'))
      const { rgb } = await mask.pixels()
      const isBird = birds.map(({ mask }) => decodeMask(mask!))
      let [shared, together] = [0, 0]
      for (let pixel = 0; pixel < 513 * 513; pixel += 1) {
        const isFound = isBird.some((bits) => bits[pixel] === 1)
        const isMeant = rgb[pixel * 3] === 3
        if (isFound && isMeant) shared += 1
        if (isFound || isMeant) together += 1
      }
      expect(shared / together).toBeGreaterThanOrEqual(0.89)
    })

    describe.each(Object.entries(expectedFaces))('%s', (id, photos) => {
      test.each(Object.entries(photos))('finds the faces in %s', async (name, expected) => {
        const preview = await renderPreview(`objects/${name}`)
        const result = await t.look('asset.faces', id, preview, {})
        const found = result.faces.map(({ score, box }) => ({
          name: 'face',
          score,
          corners: cornersOf(box, preview),
        }))
        expect(found).toHaveLength(expected.length)
        expectFound(found, expected)
      })
    })
  },
)

function expectNear(corners: readonly number[], expected: Corners, tolerancePx: number): void {
  for (const [at, edge] of corners.entries()) expect(Math.abs(edge - expected[at]!)).toBeLessThan(tolerancePx)
}
