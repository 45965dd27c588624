import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import type { FoundFace } from '../../../protocol/vision.ts'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { assetPart } from '../testing/asset-part.ts'
import { openPart } from '../testing/open-part.ts'
import { readPicture } from '../testing/read-picture.ts'
import type { FaceDetector, Family } from './family.ts'
import { ultraface } from './ultraface.ts'
import { yunet } from './yunet.ts'

type Expected = [score: number, x1: number, y1: number, x2: number, y2: number]

/** What the origins find; corners in pixels of the picture. */
const yunetFaces: Record<string, Expected[]> = {
  'bus.jpg': [
    [0.92, 113, 416, 155, 471],
    [0.9, 269, 422, 306, 475],
  ],
  'zidane.jpg': [
    [0.91, 915, 94, 1058, 278],
    [0.89, 554, 266, 656, 424],
  ],
}
const ultrafaceFaces: Record<string, Expected[]> = {
  'bus.jpg': [
    [0.99, 113, 410, 153, 466],
    [0.93, 268, 418, 304, 484],
  ],
  'zidane.jpg': [
    [1, 924, 107, 1053, 282],
    [0.95, 552, 249, 655, 423],
  ],
}
const models: [name: string, Family, path: string, Record<string, Expected[]>][] = [
  ['YuNet', yunet, 'face/yunet_n_640.onnx', yunetFaces],
  ['YuNet of any size', yunet, 'face/yunet_n_dynamic.onnx', yunetFaces],
  ['UltraFace', ultraface, 'face/ultraface_version-RFB-320.onnx', ultrafaceFaces],
]

describe.skipIf(assetsMissing).each(models)(
  `%s${assetsMissing ? ` (${assetsMissing})` : ''}`,
  (_, family, path, faces) => {
    let detector: FaceDetector
    const find = (picture: Picture) => detector.detectFaces(picture, { prepare: 0, infer: 0, read: 0 })

    beforeAll(async () => {
      detector = openPart(family, 'face-detector', await assetPart(family.name, path))
    })

    test.each(Object.entries(faces))('finds the faces of the reference in %s', async (file, expected) => {
      const picture = await readPicture(join(assetsFolder, 'photos/objects', file))
      const found = await find(picture)
      expect(found).toHaveLength(expected.length)
      expected.forEach(([score, ...corners], index) => {
        expect(Math.abs(found[index]!.score - score)).toBeLessThan(0.05)
        cornersOf(found[index]!, picture).forEach((corner, side) => {
          expect(Math.abs(corner - corners[side]!)).toBeLessThan(15)
        })
      })
    })

    test.each([
      [1, 1],
      [1, 10_000],
      [10_000, 1],
      [31, 7],
    ])('finds nothing in a grey picture of %i×%i', async (widthPx, heightPx) => {
      expect(
        await find(pictureOf({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(128) })),
      ).toEqual([])
    })
  },
)

describe.skipIf(assetsMissing)('the landmarks of YuNet', () => {
  test('are eyes above a nose above a mouth, each on its side', async () => {
    const detector = openPart(yunet, 'face-detector', await assetPart('yunet', 'face/yunet_n_640.onnx'))
    const picture = await readPicture(join(assetsFolder, 'photos/objects/zidane.jpg'))
    for (const { landmarks, box } of await detector.detectFaces(picture, { prepare: 0, infer: 0, read: 0 })) {
      const [rightEye, leftEye, nose, rightMouth, leftMouth] = landmarks!
      expect(rightEye![0]).toBeLessThan(leftEye![0])
      expect(rightMouth![0]).toBeLessThan(leftMouth![0])
      expect(Math.max(rightEye![1], leftEye![1])).toBeLessThan(nose![1])
      expect(nose![1]).toBeLessThan(Math.min(rightMouth![1], leftMouth![1]))
      for (const [x, y] of landmarks!) {
        expect(x).toBeGreaterThan(box[0])
        expect(x).toBeLessThan(box[0] + box[2])
        expect(y).toBeGreaterThan(box[1])
        expect(y).toBeLessThan(box[1] + box[3])
      }
    }
  })
})

function cornersOf({ box: [x, y, width, height] }: Omit<FoundFace, 'embedding'>, picture: Picture): number[] {
  return [
    x * picture.widthPx,
    y * picture.heightPx,
    (x + width) * picture.widthPx,
    (y + height) * picture.heightPx,
  ]
}
