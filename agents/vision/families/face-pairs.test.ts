import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import { assetPart, cosine } from '../testing/asset-part.ts'
import { openPart } from '../testing/open-part.ts'
import { readPicture } from '../testing/read-picture.ts'
import type { FaceDetector, FaceEmbedder } from './family.ts'
import { mobilefacenet } from './mobilefacenet.ts'
import { ultraface } from './ultraface.ts'
import { yunet } from './yunet.ts'

/** Pictures of one person each. Of the 300 pairs of the origin these are the 55 whose pictures are here. */
const people = [
  ['img13', 'img14', 'img15'],
  ['img18', 'img19'],
  ['img20', 'img21'],
  ['img22', 'img23'],
  ['img3', 'img12'],
]
const files = people.flat()
const pairs = files.flatMap((one, index) =>
  files.slice(index + 1).map((other) => ({
    one,
    other,
    same: people.some((person) => person.includes(one) && person.includes(other)),
  })),
)
/** From here on two faces are one person's. */
const SAME_FROM = 0.4

describe.skipIf(assetsMissing)(`pairs of faces${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  const watch = { prepare: 0, infer: 0, read: 0 }
  let withLandmarks: Map<string, Float32Array>
  let withoutLandmarks: Map<string, Float32Array>

  beforeAll(async () => {
    const embedder = openPart(
      mobilefacenet,
      'face-embedder',
      await assetPart('mobilefacenet', 'face/mobilefacenet.onnx'),
    )
    withLandmarks = await embedAll(
      openPart(yunet, 'face-detector', await assetPart('yunet', 'face/yunet_n_640.onnx')),
      embedder,
    )
    withoutLandmarks = await embedAll(
      openPart(
        ultraface,
        'face-detector',
        await assetPart('ultraface', 'face/ultraface_version-RFB-320.onnx'),
      ),
      embedder,
    )
  })

  /** The vector of the largest face in each picture. */
  async function embedAll(
    detector: FaceDetector,
    embedder: FaceEmbedder,
  ): Promise<Map<string, Float32Array>> {
    const vectors = new Map<string, Float32Array>()
    for (const file of files) {
      const picture = await readPicture(join(assetsFolder, `photos/faces/${file}.jpg`))
      const faces = await detector.detectFaces(picture, watch)
      const largest = faces.toSorted((one, other) => other.box[2] - one.box[2])[0]
      vectors.set(file, (await embedder.embedFace(picture, largest!, watch))!)
    }
    return vectors
  }

  test('there are 7 of one person and 48 of two', () => {
    expect(pairs.filter(({ same }) => same)).toHaveLength(7)
    expect(pairs).toHaveLength(55)
  })

  test('are told apart without a mistake where landmarks are known', () => {
    for (const { one, other, same } of pairs) {
      const closeness = cosine(withLandmarks.get(one)!, withLandmarks.get(other)!)
      expect(closeness >= SAME_FROM, `${one} and ${other}: ${closeness.toFixed(3)}`).toBe(same)
    }
  })

  test('without landmarks nobody is taken for somebody else, and most are still found again', () => {
    const closeness = pairs.map(({ one, other }) =>
      cosine(withoutLandmarks.get(one)!, withoutLandmarks.get(other)!),
    )
    const found = pairs.filter((_, index) => closeness[index]! >= SAME_FROM)
    expect(found.filter(({ same }) => !same)).toEqual([])
    expect(found.length).toBeGreaterThanOrEqual(5)
  })
})
