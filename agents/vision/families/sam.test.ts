import { describe, expect, test } from 'vitest'
import { pixelBoxOfMask } from '../../../protocol/mask-shape.ts'
import type { Prompt } from '../../../protocol/vision.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'
import type { TensorShape } from '../session/session.ts'
import { answeringSession, floats } from '../testing/answering-session.ts'
import { openPart } from '../testing/open-part.ts'
import { sam } from './sam.ts'
import { sam2 } from './sam2.ts'

const watch = () => ({ prepare: 0, infer: 0, read: 0 })
const grey = (widthPx: number, heightPx: number, value = 124): Picture =>
  pictureOf({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(value) })
const click: Prompt = { points: [{ at: [0.25, 0.5], inside: true }], box: null }

const float = (name: string, ...dims: TensorShape['dims']): TensorShape => ({ name, type: 'float32', dims })
const samInput = float('images', 1, 3, 1024, 1024)
const prompts = [float('point_coords', 1, 'n', 2), float('point_labels', 1, 'n')]
const earlierMask = [float('mask_input', 1, 1, 256, 256), float('has_mask_input', 1)]
const features = (name: string) => ({ name, tensor: floats([1, 4, 64, 64]) })

/** Four masks of a decoder; number k is set in columns 16k to 16k + 64 of rows 0 to 64. */
const masks = floats(
  [1, 4, 256, 256],
  Float32Array.from({ length: 4 * 256 * 256 }, (_, index) => {
    const [mask, row, column] = [Math.floor(index / 65_536), Math.floor(index / 256) % 256, index % 256]
    return row < 64 && column >= mask * 16 && column < mask * 16 + 64 ? 8 : -8
  }),
)
const overlaps = floats([1, 4], [0.95, 0.7, 0.9, 0.8])

function openSam(
  decoderInputs: readonly TensorShape[],
  outputs: Parameters<typeof answeringSession>[1],
  encoderInput = samInput,
) {
  const encoder = answeringSession([encoderInput], [features('embeddings')])
  const decoder = answeringSession(decoderInputs, outputs)
  const prompter = openPart(sam, 'prompter', {
    encoder: { part: { family: 'sam', file: 'encoder.onnx' }, session: encoder },
    decoder: { part: { family: 'sam', file: 'decoder.onnx' }, session: decoder },
  })
  return { prompter, encoder, decoder }
}

const original = [
  float('image_embeddings', 1, 4, 64, 64),
  ...prompts,
  ...earlierMask,
  float('orig_im_size', 2),
]
const originalOutputs = [
  { name: 'masks', tensor: floats([1, 4, 10, 10]) },
  { name: 'iou_predictions', tensor: overlaps },
  { name: 'low_res_masks', tensor: masks },
]

describe('SAM', () => {
  test('shows the picture at the upper left corner, in ImageNet’s colours, with zeros beside it', async () => {
    const { prompter, encoder } = openSam(original, originalOutputs)
    await prompter.encode(grey(800, 400), watch())
    const { data, dims } = encoder.asked[0]!.images!
    expect(dims).toEqual([1, 3, 1024, 1024])
    expect(data[0]).toBeCloseTo((124 / 255 - 0.485) / 0.229)
    expect(data[511 * 1024 + 1023]).toBeCloseTo((124 / 255 - 0.485) / 0.229)
    expect(data[512 * 1024]).toBe(0)
  })

  test('gives the decoder what the encoder made, the point in pixels of the square, and no earlier mask', async () => {
    const { prompter, decoder } = openSam(original, originalOutputs)
    const picture = grey(800, 400)
    await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    const asked = decoder.asked[0]!
    expect(asked.image_embeddings).toMatchObject({ dims: [1, 4, 64, 64] })
    expect(asked.point_coords).toMatchObject({ dims: [1, 2, 2], data: Float32Array.of(256, 256, 0, 0) })
    expect(asked.point_labels).toMatchObject({ dims: [1, 2], data: Float32Array.of(1, -1) })
    expect(asked.has_mask_input!.data).toEqual(Float32Array.of(0))
    expect(asked.mask_input!.dims).toEqual([1, 1, 256, 256])
    // The same proportions as the picture, and no larger than anybody reads.
    expect(asked.orig_im_size!.data).toEqual(Float32Array.of(100, 200))
  })

  test('one point: the best of the masks made for that, at the size of the picture', async () => {
    const { prompter } = openSam(original, originalOutputs)
    const picture = grey(800, 400)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    expect(found!.score).toBeCloseTo(0.9)
    expect(found!.mask.size).toEqual([400, 800])
    // Mask 2: columns 32 to 96 of 256, rows 0 to 64 of 128 that are the picture.
    expect(pixelBoxOfMask(found!.mask)).toEqual([100, 0, 200, 200])
  })

  test('a point and a box leave no doubt: the first mask', async () => {
    const { prompter } = openSam(original, originalOutputs)
    const picture = grey(800, 400)
    const prompt: Prompt = { ...click, box: [0, 0, 0.5, 0.5] }
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, prompt, watch())
    expect(found!.score).toBeCloseTo(0.95)
    expect(pixelBoxOfMask(found!.mask)).toEqual([0, 0, 200, 200])
  })

  test('a large picture has a mask as the encoder saw it', async () => {
    const { prompter } = openSam(original, originalOutputs)
    const picture = grey(1440, 960)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    expect(found!.mask.size).toEqual([683, 1024])
  })

  test('exports that give large masks only are asked for the size that is wanted, which has no margin', async () => {
    const large = floats([1, 1, 400, 800], new Float32Array(400 * 800).fill(-3))
    ;(large.data as Float32Array).fill(5, 399 * 800)
    const { prompter, decoder } = openSam(original, [
      { name: 'masks', tensor: large },
      { name: 'iou_predictions', tensor: floats([1, 1], [1.02]) },
    ])
    const picture = grey(800, 400)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    expect(decoder.asked[0]!.orig_im_size!.data).toEqual(Float32Array.of(400, 800))
    expect(pixelBoxOfMask(found!.mask)).toEqual([0, 399, 800, 1])
    expect(found!.score).toBe(1)
  })

  test('knows EdgeSAM, whose decoder takes nothing but points', async () => {
    const { prompter } = openSam(
      [float('image_embeddings', 1, 4, 64, 64), ...prompts],
      [
        { name: 'scores', tensor: overlaps },
        { name: 'masks', tensor: masks },
      ],
    )
    const picture = grey(400, 800)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    // The picture fills 128 of 256 columns: mask 2 is columns 32 to 96 of these.
    expect(found!.mask.size).toEqual([800, 400])
    expect(pixelBoxOfMask(found!.mask)).toEqual([100, 0, 200, 200])
  })

  test('knows encoders that prepare the picture themselves', async () => {
    const { prompter, encoder } = openSam(
      original,
      originalOutputs,
      float('input_image', 'height', 'width', 3),
    )
    await prompter.encode(grey(2048, 1024), watch())
    const { data, dims } = encoder.asked[0]!.input_image!
    expect(dims).toEqual([512, 1024, 3])
    expect(data[5]).toBeCloseTo(124, 3)
  })

  test('knows those whose size is fixed: beside the picture lies grey', async () => {
    const { prompter, encoder } = openSam(original, originalOutputs, float('input_image', 684, 1024, 3))
    await prompter.encode(grey(400, 800, 200), watch())
    const { data, dims } = encoder.asked[0]!.input_image!
    expect(dims).toEqual([684, 1024, 3])
    expect([data[0], data[341 * 3], data[343 * 3]].map(Number)).toEqual(
      [200, 200, 114].map((value) => expect.closeTo(value, 3)),
    )
  })

  test.each([
    [1, 1],
    [1, 10_000],
    [10_000, 1],
  ])('a picture of %i×%i has a mask no larger than itself', async (widthPx, heightPx) => {
    const all = floats([1, 1, 256, 256], new Float32Array(65_536).fill(1))
    const { prompter, decoder } = openSam(original, [
      { name: 'iou_predictions', tensor: floats([1, 1], [0.5]) },
      { name: 'low_res_masks', tensor: all },
    ])
    const picture = grey(widthPx, heightPx)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    expect(found!.mask.size).toEqual([Math.min(heightPx, 1024), Math.min(widthPx, 1024)])
    expect(Math.min(...(decoder.asked[0]!.orig_im_size!.data as Float32Array))).toBeGreaterThanOrEqual(1)
  })

  test('where nothing is inside there is no mask', async () => {
    const none = floats([1, 1, 256, 256], new Float32Array(65_536).fill(-1))
    const { prompter } = openSam(original, [
      { name: 'iou_predictions', tensor: floats([1, 1], [0.5]) },
      { name: 'low_res_masks', tensor: none },
    ])
    const picture = grey(300, 300)
    expect(
      await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch()),
    ).toBeNull()
  })

  test.each([
    ['a decoder without points', [float('image_embeddings', 1, 4, 64, 64)], originalOutputs],
    ['a decoder without masks', original, [features('nothing')]],
    [
      'a decoder that wants what its encoder has not',
      [...original, float('high_res_feats_0', 1, 32, 256, 256)],
      originalOutputs,
    ],
    [
      'a decoder with flags as words',
      [...original.slice(0, -1), { name: 'orig_im_size', type: 'string', dims: [2] }],
      originalOutputs,
    ],
  ])('%s is refused with a sentence', (_, inputs, outputs) => {
    expect(() => openSam(inputs, outputs)).toThrow(
      expect.objectContaining({ code: 'model_broken', message: expect.stringContaining('decoder.onnx') }),
    )
  })
})

describe('SAM 2', () => {
  const encoded = ['high_res_feats_0', 'high_res_feats_1', 'image_embed']
  const open = () => {
    const encoder = answeringSession([float('image', 1, 3, 1024, 1024)], encoded.map(features))
    const decoder = answeringSession(
      [
        float('image_embed', 1, 4, 64, 64),
        float('high_res_feats_0', 1, 4, 64, 64),
        float('high_res_feats_1', 1, 4, 64, 64),
        ...prompts,
        ...earlierMask,
      ],
      [
        { name: 'masks', tensor: floats([1, 3, 256, 256], masks.data.slice(65_536) as Float32Array) },
        { name: 'iou_predictions', tensor: floats([1, 3], [0.3, 0.8, 0.4]) },
      ],
    )
    const prompter = openPart(sam2, 'prompter', {
      encoder: { part: { family: 'sam2', file: 'encoder.onnx' }, session: encoder },
      decoder: { part: { family: 'sam2', file: 'decoder.onnx' }, session: decoder },
    })
    return { prompter, encoder, decoder }
  }

  test('stretches the picture over the square, and points and masks with it', async () => {
    const { prompter, encoder, decoder } = open()
    const picture = grey(800, 400)
    const found = await prompter.outline(await prompter.encode(picture, watch()), picture, click, watch())
    expect(encoder.asked[0]!.image!.data.at(-1)).toBeCloseTo((124 / 255 - 0.406) / 0.225)
    expect(decoder.asked[0]!.point_coords).toMatchObject({ dims: [1, 1, 2], data: Float32Array.of(256, 512) })
    expect(decoder.asked[0]!.point_labels!.data).toEqual(Float32Array.of(1))
    expect(Object.keys(decoder.asked[0]!)).toEqual(expect.arrayContaining(encoded))
    expect(found!.score).toBeCloseTo(0.8)
    // Columns 32 to 96 and rows 0 to 64 of 256, both.
    expect(pixelBoxOfMask(found!.mask)).toEqual([100, 0, 200, 100])
  })
})
