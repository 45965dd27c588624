import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { assetsFolder, assetsMissing } from '../../vault/testing/test-assets.ts'
import { pictureOf } from '../picture/picture-of.ts'
import type { Tensor } from '../session/session.ts'
import { assetLines, assetPart } from '../testing/asset-part.ts'
import { openPart } from '../testing/open-part.ts'
import { cosine } from '../testing/read-halves.ts'
import { readPicture } from '../testing/read-picture.ts'
import type { PictureEmbedder, TextEmbedder } from './family.ts'
import { imagenetClassifier } from './imagenet-classifier.ts'
import { labelVectors } from './label-vectors.ts'

/**
 * Pictures, what is on them in the words of the classes, and how sure the origin is of it. The seventh of the
 * reference, a chickadee, is not among the test media; nor is the cat it names, but another of the same kind.
 */
const pictures = [
  ['cat_720p.jpg', 'Egyptian cat', undefined],
  ['hot_dog.jpg', 'hotdog', 0.88],
  ['sunflower.bmp', 'daisy', 0.99],
  ['grace_hopper.bmp', 'military uniform', 0.92],
  ['parrot.jpg', 'macaw', 1],
  ['dog_segmentation.bmp', 'Samoyed', 0.96],
] as const

describe.skipIf(assetsMissing)(`MobileNet v2${assetsMissing ? ` (${assetsMissing})` : ''}`, () => {
  const watch = { prepare: 0, infer: 0, read: 0 }
  const names = assetsMissing ? [] : assetLines('embed/imagenet_labels.txt')
  let embedder: PictureEmbedder
  let words: TextEmbedder
  let vectors: Float32Array[]
  const answers: Record<string, Tensor>[] = []

  beforeAll(async () => {
    const image = await assetPart('imagenet-classifier', 'embed/mobilenet_v2_imagenet.onnx')
    const { session } = image
    const run: typeof session.run = async (feeds) => {
      const answer = await session.run(feeds)
      answers.push(answer)
      return answer
    }
    embedder = openPart(imagenetClassifier, 'picture-embedder', {
      ...image,
      session: { ...session, run },
    })
    vectors = []
    for (const [file] of pictures)
      vectors.push(await embedder.embed(await readPicture(join(assetsFolder, 'photos/objects', file)), watch))
    const text = await assetPart('label-vectors', 'embed/mobilenet_v2_label_vectors.onnx', { classes: names })
    words = await openPart(labelVectors, 'text-embedder', text)
  })

  test.each(pictures.filter(([, , probability]) => probability !== undefined))(
    '%s is %s, as sure as the origin is',
    (file, name, probability) => {
      const at = pictures.findIndex(([other]) => other === file)
      const { data } = answers[at]!.probabilities as { data: Float32Array }
      const id = names.findIndex((line) => line.split(', ').includes(name))
      expect(Math.abs(data[id]! - probability!)).toBeLessThan(0.05)
    },
  )

  test.each(pictures)('of all pictures %s is the one that “%s” finds', async (file, name) => {
    const { vector } = await words.embedText(name)
    const closeness = vectors.map((picture) => cosine(picture, vector!))
    const right = pictures.findIndex(([other]) => other === file)
    expect(closeness[right]).toBeGreaterThanOrEqual(0.27)
    closeness.forEach((value, index) => {
      if (index !== right) expect(value, pictures[index]![0]).toBeLessThanOrEqual(0.07)
    })
  })

  test('“cat” finds the cat, though no class is called so', async () => {
    const { vector } = await words.embedText('a cat')
    const closeness = vectors.map((picture) => cosine(picture, vector!))
    expect(closeness.indexOf(Math.max(...closeness))).toBe(0)
  })

  test('two things find the pictures of both before all others', async () => {
    const { vector } = await words.embedText('macaws and a daisy')
    const order = vectors
      .map((picture, index) => ({ index, value: cosine(picture, vector!) }))
      .sort((one, other) => other.value - one.value)
    expect(new Set(order.slice(0, 2).map(({ index }) => pictures[index]![0]))).toEqual(
      new Set(['parrot.jpg', 'sunflower.bmp']),
    )
  })

  test('vectors have length 1', async () => {
    for (const vector of vectors) expect(cosine(vector, vector)).toBeCloseTo(1, 5)
    const { vector } = await words.embedText('crane')
    expect(cosine(vector!, vector!)).toBeCloseTo(1, 5)
  })

  test('words that no class has give suggestions instead of a vector', async () => {
    expect(await words.embedText('chikadee')).toEqual({
      vector: null,
      suggestions: expect.arrayContaining(['chickadee']),
    })
    expect(await words.embedText('🐶'.repeat(256))).toEqual({ vector: null, suggestions: [] })
  })

  test.each([
    [1, 1],
    [1, 10_000],
    [10_000, 1],
  ])('a picture of %i×%i has a vector', async (widthPx, heightPx) => {
    const picture = pictureOf({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(90) })
    expect(await embedder.embed(picture, watch)).toHaveLength(1_280)
  })
})
