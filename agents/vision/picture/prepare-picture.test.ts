import { expect, test } from 'vitest'
import { floatBlocks } from '../session/float-blocks.ts'
import { cropPicture } from './crop-picture.ts'
import { ownPixels } from './lent-pixels.ts'
import type { Pixels } from './picture.ts'
import { pictureOf } from './picture-of.ts'
import { type Colours, pictureTensor } from './picture-tensor.ts'
import { placePicture } from './placement.ts'
import { preparePicture } from './prepare-picture.ts'
import { resizePixels } from './resize-pixels.ts'

const plain: Colours = { layout: 'nchw', channels: 'rgb', mean: [0, 0, 0], std: [1, 1, 1], pad: 114 }
/** Two pixels side by side: red 255, green 102, blue 51; and black. */
const twoPixels: Pixels = { widthPx: 2, heightPx: 1, rgb: Uint8Array.of(255, 102, 51, 0, 0, 0) }
const numbers = (data: ArrayLike<number | bigint>) =>
  Array.from(data, (value) => Number(Number(value).toFixed(4)))

test.each([
  ['planes of red, green, blue', {}, [1, 0, 0.4, 0, 0.2, 0]],
  ['planes of blue, green, red', { channels: 'bgr' }, [0.2, 0, 0.4, 0, 1, 0]],
  ['pixels of red, green, blue', { layout: 'nhwc' }, [1, 0.4, 0.2, 0, 0, 0]],
  ['pixels of blue, green, red', { layout: 'nhwc', channels: 'bgr' }, [0.2, 0.4, 1, 0, 0, 0]],
  [
    'each channel with its mean and deviation',
    { mean: [0.5, 0.4, 0], std: [0.5, 1, 0.1] },
    [1, -1, 0, -0.4, 2, 0],
  ],
  [
    'mean and deviation in the order of the tensor',
    { channels: 'bgr', mean: [0.5, 0.4, 0], std: [0.5, 1, 0.1] },
    [-0.6, -1, 0, -0.4, 10, 0],
  ],
] as const)('a tensor can have %s', (_, changes, expected) => {
  const input = { widthPx: 2, heightPx: 1 }
  const { data } = pictureTensor(twoPixels, input, placePicture(twoPixels, input, 'stretch'), {
    ...plain,
    ...changes,
  })
  expect(numbers(data)).toEqual(expected)
})

test.each(['nchw', 'nhwc'] as const)(
  'what lies beside the picture is grey as a pixel would be, in %s',
  (layout) => {
    const input = { widthPx: 2, heightPx: 3 }
    const placement = placePicture(twoPixels, input, 'centre')
    const { data, dims } = pictureTensor(twoPixels, input, placement, {
      ...plain,
      layout,
      std: [1, 0.5, 0.25],
    })
    const at = (x: number, y: number, channel: number) =>
      Number(data[layout === 'nchw' ? channel * 6 + y * 2 + x : (y * 2 + x) * 3 + channel])
    const grey = 114 / 255
    for (const [x, y] of [
      [0, 0],
      [1, 0],
      [0, 2],
      [1, 2],
    ] as const) {
      expect([at(x, y, 0), at(x, y, 1), at(x, y, 2)].map((value, i) => value / [1, 2, 4][i]!)).toEqual([
        expect.closeTo(grey),
        expect.closeTo(grey),
        expect.closeTo(grey),
      ])
    }
    expect([at(0, 1, 0), at(0, 1, 1), at(0, 1, 2)]).toEqual([1, expect.closeTo(0.8), expect.closeTo(0.8)])
    expect(dims).toEqual(layout === 'nchw' ? [1, 3, 3, 2] : [1, 3, 2, 3])
  },
)

test.each([
  [1, 1],
  [1, 10_000],
  [10_000, 1],
  [1_440, 1_080],
])('a picture of %d×%d fills its place in the input with its own colour', async (widthPx, heightPx) => {
  const rgb = new Uint8Array(widthPx * heightPx * 3).fill(255)
  const size = { widthPx: 64, heightPx: 48 }
  const rule = { size, fit: 'centre', kernel: 'linear', colours: { ...plain, pad: 0 } } as const
  const { tensor, placement } = await preparePicture(pictureOf({ widthPx, heightPx, rgb }), rule)
  const inside = numbers(tensor.data).filter((value) => value === 1).length
  expect(inside).toBe(placement.widthPx * placement.heightPx * 3)
})

test('a picture that has the size is not touched', async () => {
  const lent = ownPixels(twoPixels)
  expect(await resizePixels(lent, { widthPx: 2, heightPx: 1 }, 'linear')).toBe(lent)
})

test('a crop reaches beyond the picture, where it is black', async () => {
  const picture = pictureOf({
    widthPx: 2,
    heightPx: 2,
    rgb: Uint8Array.from({ length: 12 }, (_, i) => i + 1),
  })
  for (const [leftPx, topPx, sidePx, expected] of [
    [1, -1, 2, [0, 0, 0, 0, 0, 0, 4, 5, 6, 0, 0, 0]],
    [0, 1, 1, [7, 8, 9]],
    [5, 5, 1, [0, 0, 0]],
  ] as const) {
    const crop = cropPicture(picture, { leftPx, topPx, widthPx: sidePx, heightPx: sidePx })
    expect([...(await crop.pixels()).rgb]).toEqual(expected)
    expect([...(await crop.resized(crop, 'linear')).rgb]).toEqual(expected)
  }
})

test.each([
  ['nchw', 'centre', 5, 4],
  ['nchw', 'corner', 3, 7],
  ['nhwc', 'centre', 5, 4],
  ['nhwc', 'corner', 3, 7],
] as const)(
  'nothing of the picture before is left in a block that is used again (%s, %s)',
  (layout, fit, widthPx, heightPx) => {
    const input = { widthPx, heightPx }
    const placement = placePicture(twoPixels, input, fit)
    const picture = {
      widthPx: placement.widthPx,
      heightPx: placement.heightPx,
      rgb: new Uint8Array(widthPx * heightPx * 3),
    }
    const used = floatBlocks.take(widthPx * heightPx * 3).fill(Number.NaN)
    floatBlocks.giveBack(used)
    const { data } = pictureTensor(picture, input, placement, { ...plain, layout, pad: 114 })
    expect(data).toBe(used)
    expect(new Set(numbers(data))).toEqual(new Set([0, Number((114 / 255).toFixed(4))]))
  },
)
