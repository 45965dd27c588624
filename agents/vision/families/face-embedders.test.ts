import { expect, test } from 'vitest'
import { pictureOf } from '../picture/picture-of.ts'
import type { Tensor } from '../session/session.ts'
import { answeringSession, floats } from '../testing/answering-session.ts'
import { openPart } from '../testing/open-part.ts'
import { arcface } from './arcface.ts'
import type { Family } from './family.ts'
import { mobilefacenet } from './mobilefacenet.ts'
import { sface } from './sface.ts'

/** Red 250, green 120, blue 20 everywhere. */
const picture = pictureOf({
  widthPx: 200,
  heightPx: 200,
  rgb: Uint8Array.from({ length: 200 * 200 * 3 }, (_, index) => [250, 120, 20][index % 3]!),
})
const face = { landmarks: null, box: [0.2, 0.2, 0.5, 0.5] as const }
const input = { name: 'data', type: 'float32', dims: [1, 3, 112, 112] }

async function embed(family: Family, answer: Tensor, dims = input.dims) {
  const session = answeringSession([{ ...input, dims }], [{ name: 'fc1', tensor: answer }])
  const embedder = openPart(family, 'face-embedder', {
    part: { family: family.name, file: 'face.onnx' },
    session,
  })
  const vector = await embedder.embedFace(picture, face, { prepare: 0, infer: 0, read: 0 })
  return { vector, asked: session.asked[0]!.data!.data }
}

test.each([
  ['sface', sface, [250, 120, 20]],
  ['arcface', arcface, [250, 120, 20].map((value) => (value - 127.5) / 127.5)],
  ['mobilefacenet', mobilefacenet, [250, 120, 20].map((value) => (value - 127) / 128)],
])('%s sees red, green and blue as its reference gives them', async (_, family, colours) => {
  const { asked } = await embed(family, floats([1, 128], Array(128).fill(1)))
  colours.forEach((colour, channel) => {
    expect(asked[channel * 112 * 112 + 60 * 112 + 60]).toBeCloseTo(colour, 4)
  })
})

test('vectors are brought to length 1', async () => {
  const { vector } = await embed(arcface, floats([1, 4], [3, 0, 4, 0]))
  expect([...vector!]).toEqual([expect.closeTo(0.6), 0, expect.closeTo(0.8), 0])
})

test('a vector without a direction is a failure of the model, not a face', async () => {
  await expect(embed(arcface, floats([1, 4]))).rejects.toMatchObject({ code: 'model_failed' })
  await expect(embed(arcface, floats([1, 2], [Number.NaN, 1]))).rejects.toMatchObject({
    code: 'model_failed',
  })
})

test('a model of another shape is refused with a sentence', async () => {
  await expect(embed(sface, floats([1, 3, 7, 7]))).rejects.toMatchObject({ code: 'model_broken' })
  await expect(embed(sface, floats([1, 128]), [1, 3, 112, 96])).rejects.toMatchObject({
    code: 'model_broken',
    message: expect.stringContaining('square'),
  })
})
