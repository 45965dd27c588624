import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import type { Picture } from '../picture/picture.ts'
import { assetPart } from '../testing/asset-part.ts'
import { openPart } from '../testing/open-part.ts'
import { cosine } from '../testing/read-halves.ts'
import { readPicture } from '../testing/read-picture.ts'
import type { FaceDetector, FaceEmbedder, Family } from './family.ts'
import { mobilefacenet } from './mobilefacenet.ts'
import { ultraface } from './ultraface.ts'
import { yunet } from './yunet.ts'

/** Pictures of one person each: of the 300 pairs of the origin the 55 whose pictures are here. */
const people = [
  ['img13', 'img14', 'img15'],
  ['img18', 'img19'],
  ['img20', 'img21'],
  ['img22', 'img23'],
  ['img3', 'img12'],
]
/** From here on two faces are one person's. */
const SAME_FROM = 0.4

describe.skipIf(assetsMissing)(`pairs of faces${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  const watch = { prepare: 0, infer: 0, read: 0 }
  let pictures: { person: number; picture: Picture }[]
  let embedder: FaceEmbedder

  beforeAll(async () => {
    embedder = openPart(
      mobilefacenet,
      'face-embedder',
      await assetPart('mobilefacenet', 'face/mobilefacenet.onnx'),
    )
    pictures = await Promise.all(
      people.flatMap((files, person) =>
        files.map(async (file) => ({
          person,
          picture: await readPicture(join(assetsFolder, `photos/faces/${file}.jpg`)),
        })),
      ),
    )
  })

  /** How near the largest faces of each pair are. */
  async function compare(family: Family, path: string): Promise<{ same: number[]; different: number[] }> {
    const detector: FaceDetector = openPart(family, 'face-detector', await assetPart(family.name, path))
    const faces: { person: number; vector: Float32Array }[] = []
    for (const { person, picture } of pictures) {
      const found = await detector.detectFaces(picture, watch)
      const largest = found.toSorted((one, other) => other.box[2] - one.box[2])[0]!
      faces.push({ person, vector: (await embedder.embedFace(picture, largest, watch))! })
    }
    const pairs = faces.flatMap((one, index) =>
      faces.slice(index + 1).map((other) => ({
        isSame: one.person === other.person,
        closeness: cosine(one.vector, other.vector),
      })),
    )
    const of = (isSame: boolean) =>
      pairs.filter((pair) => pair.isSame === isSame).map(({ closeness }) => closeness)
    return { same: of(true), different: of(false) }
  }

  test('with landmarks all are told apart, with room between', async () => {
    const { same, different } = await compare(yunet, 'face/yunet_n_640.onnx')
    expect([same.length, different.length]).toEqual([7, 48])
    expect(Math.min(...same)).toBeGreaterThanOrEqual(SAME_FROM + 0.05)
    expect(Math.max(...different)).toBeLessThan(SAME_FROM - 0.1)
  })

  test('without landmarks nobody is taken for somebody else, and most are still found again', async () => {
    const { same, different } = await compare(ultraface, 'face/ultraface_version-RFB-320.onnx')
    expect(Math.max(...different)).toBeLessThan(SAME_FROM)
    expect(same.filter((closeness) => closeness >= SAME_FROM).length).toBeGreaterThanOrEqual(5)
  })
})
