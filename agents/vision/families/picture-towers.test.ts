import { describe, expect, test } from 'vitest'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { answeringSession, floats } from '../testing/answering-session.ts'
import { openPart } from '../testing/open-part.ts'
import { clipImage } from './clip-image.ts'
import type { Family } from './family.ts'
import { siglipImage } from './siglip-image.ts'

/** Red in its left quarter, green in the middle, blue in its right quarter. */
const flag = pictureOf({
  widthPx: 800,
  heightPx: 400,
  rgb: Uint8Array.from({ length: 800 * 400 * 3 }, (_, index) => {
    const quarter = Math.floor((Math.floor(index / 3) % 800) / 200)
    return index % 3 === [0, 1, 1, 2][quarter] ? 255 : 0
  }),
})
const input = { name: 'pixel_values', type: 'float32', dims: ['batch', 3, 224, 224] }

async function embed(family: Family, picture: Picture, output = 'image_embeds', inputs = [input]) {
  const session = answeringSession(inputs, [{ name: output, tensor: floats([1, 2], [3, 4]) }])
  const embedder = openPart(family, 'picture-embedder', {
    part: { family: family.name, file: 'image.onnx' },
    session,
  })
  const vector = await embedder.embed(picture, { prepare: 0, infer: 0, read: 0 })
  const { data, dims } = session.asked[0]!.pixel_values!
  return {
    vector,
    dims,
    at: (channel: number, x: number, y: number) => Number(data[(channel * 224 + y) * 224 + x]),
  }
}

describe('the picture side of CLIP', () => {
  test('sees the square in the middle in its own colours', async () => {
    const { at, dims } = await embed(clipImage, flag)
    expect(dims).toEqual([1, 3, 224, 224])
    for (const x of [4, 112, 219]) {
      expect(at(0, x, 112)).toBeCloseTo((0 - 0.48145466) / 0.26862954, 4)
      expect(at(1, x, 112)).toBeCloseTo((1 - 0.4578275) / 0.26130258, 4)
      expect(at(2, x, 112)).toBeCloseTo((0 - 0.40821073) / 0.27577711, 4)
    }
  })

  test('gives a vector of length 1', async () => {
    const { vector } = await embed(clipImage, flag)
    expect([...vector]).toEqual([expect.closeTo(0.6), expect.closeTo(0.8)])
  })

  test('a whole CLIP, which wants a text as well, is refused with a sentence', async () => {
    const ids = { name: 'input_ids', type: 'int64', dims: ['batch', 'tokens'] }
    await expect(embed(clipImage, flag, 'image_embeds', [input, ids])).rejects.toMatchObject({
      code: 'model_broken',
      message: expect.stringContaining('picture tower by itself'),
    })
  })

  test('an export without the projection is refused with a sentence', async () => {
    await expect(embed(clipImage, flag, 'pooler_output')).rejects.toMatchObject({
      code: 'model_broken',
      message: expect.stringContaining('image_embeds'),
    })
  })
})

test('SigLIP sees the whole picture, from -1 to 1', async () => {
  const { at } = await embed(siglipImage, flag, 'pooler_output')
  const columns = [20, 112, 200].map((x) => [0, 1, 2].map((channel) => Math.round(at(channel, x, 112))))
  expect(columns).toEqual([
    [1, -1, -1],
    [-1, 1, -1],
    [-1, -1, 1],
  ])
})

test.each([
  ['CLIP', 1, 1],
  ['CLIP', 1, 10_000],
  ['CLIP', 10_000, 1],
  ['SigLIP', 1, 1],
  ['SigLIP', 1, 10_000],
  ['SigLIP', 10_000, 1],
])('%s is shown a picture of %s×%s', async (name, widthPx, heightPx) => {
  const family = name === 'CLIP' ? clipImage : siglipImage
  const white = pictureOf({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(255) })
  const { at, dims } = await embed(family, white)
  expect(dims).toEqual([1, 3, 224, 224])
  expect(at(0, 223, 223)).toBeGreaterThan(0.9)
})
