import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boxOfMask, maskArea } from '../../../protocol/mask-shape.ts'
import type { FoundObject } from '../../../protocol/vision.ts'
import type { TinyModelId } from '../../../scripts/fixtures/onnx/tiny-models.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'
import { openOnnx } from '../testing/open-onnx.ts'
import { tinyModels } from '../testing/tiny-models.ts'
import { findFamily } from './families.ts'

type Rectangle = readonly [left: number, top: number, width: number, height: number]
const colours = { red: [255, 20, 20], green: [20, 255, 20], blue: [20, 20, 255], dark: [30, 30, 30] } as const

/** One bright rectangle on a dark ground. */
function draw(
  widthPx: number,
  heightPx: number,
  colour: keyof typeof colours,
  rectangle: Rectangle,
): Picture {
  const [left, top, width, height] = rectangle
  const rgb = new Uint8Array(widthPx * heightPx * 3)
  for (let y = 0; y < heightPx; y += 1) {
    for (let x = 0; x < widthPx; x += 1) {
      const isIn = x >= left && x < left + width && y >= top && y < top + height
      rgb.set(colours[isIn ? colour : 'dark'], (y * widthPx + x) * 3)
    }
  }
  return pictureOf({ widthPx, heightPx, rgb })
}

async function findWith(id: TinyModelId, ...pictures: Picture[]): Promise<FoundObject[][]> {
  await using models = await tinyModels(id)
  const { folder, manifest } = models.ready(id)
  const part = manifest.parts.detector!
  const family = findFamily(part.family)
  if (family?.role !== 'detector') throw new Error(`${part.family} is no detector`)
  const detector = family.open({ part, session: await openOnnx(join(folder, part.file)) })
  const found: FoundObject[][] = []
  for (const picture of pictures)
    found.push(await detector.detect(picture, { prepare: 0, infer: 0, read: 0 }))
  return found
}

const all = [
  'tiny-yolov5',
  'tiny-yolov8',
  'tiny-yolov8-seg',
  'tiny-yolox',
  'tiny-rt-detr',
  'tiny-rt-detr-raw',
  'tiny-fastestdet',
  'tiny-deeplab',
] as const

test.each(all)('%s finds the bright rectangle where it is, in pictures of every shape', async (id) => {
  const drawn = [
    { of: [128, 96], colour: 'red', at: [32, 24, 48, 36] },
    { of: [60, 200], colour: 'green', at: [10, 20, 40, 90] },
    { of: [333, 111], colour: 'blue', at: [200, 30, 120, 60] },
  ] as const
  const found = await findWith(id, ...drawn.map(({ of, colour, at }) => draw(of[0], of[1], colour, at)))
  expect(found.map((objects) => objects.map(({ className }) => className))).toEqual([
    ['red thing'],
    ['green thing'],
    ['blue thing'],
  ])
  drawn.forEach(({ of: [widthPx, heightPx], at: [left, top, width, height] }, i) => {
    const { box, score } = found[i]![0]!
    const expected = [left / widthPx, top / heightPx, width / widthPx, height / heightPx]
    // Two pixels of the sixty-four that such a model sees, along the shorter side of a letterbox.
    const tolerance = (2 / 64) * (Math.max(widthPx, heightPx) / Math.min(widthPx, heightPx))
    for (const [edge, value] of box.entries())
      expect(Math.abs(value - expected[edge]!)).toBeLessThan(tolerance)
    // A map of classes has none.
    if (id !== 'tiny-deeplab') expect(score).toBeGreaterThan(0.8)
  })
})

test.each(all)(
  '%s finds nothing in the dark, and a picture of one pixel or one line does it no harm',
  async (id) => {
    const [nothing, pixel, line] = await findWith(
      id,
      draw(64, 64, 'dark', [0, 0, 0, 0]),
      draw(1, 1, 'red', [0, 0, 1, 1]),
      draw(1, 10_000, 'red', [0, 0, 1, 10_000]),
    )
    expect(nothing).toEqual([])
    for (const [object] of [pixel!, line!]) {
      if (!object) continue
      const [x, y, width, height] = object.box
      expect(Math.min(x, y, 1.000001 - x - width, 1.000001 - y - height)).toBeGreaterThanOrEqual(0)
    }
  },
)

test.each(['tiny-yolov8-seg', 'tiny-deeplab'] as const)(
  '%s draws the outline of what it finds',
  async (id) => {
    const [objects] = await findWith(id, draw(128, 64, 'green', [32, 16, 64, 32]))
    const { box, mask } = objects![0]!
    const [heightPx, widthPx] = mask!.size
    expect(boxOfMask(mask!)!.map((value) => value.toFixed(1))).toEqual(box.map((value) => value.toFixed(1)))
    expect(maskArea(mask!) / (heightPx * widthPx)).toBeCloseTo(0.25, 1)
  },
)

test('a graph of another shape is refused when it is opened', async () => {
  await expect(findWith('broken-shape')).rejects.toMatchObject({
    code: 'model_broken',
    message: expect.stringContaining('yolov8 gives float32 n×n×n; this file gives output0 (float32 n×3)'),
  })
})
