import { describe, expect, test } from 'vitest'
import { boxOfMask, maskArea } from '../../../protocol/mask-shape.ts'
import { MAX_FOUND } from '../../../protocol/vision.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureOf } from '../picture/picture-of.ts'
import type { Session, TensorShape } from '../session/session.ts'
import { answeringSession, floats, integers } from '../testing/answering-session.ts'
import { findFamily } from './families.ts'
import type { Detector } from './family.ts'

const grey = (widthPx: number, heightPx: number): Picture =>
  pictureOf({ widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(128) })
const watch = () => ({ prepare: 0, infer: 0, read: 0 })
const pictureInput = (side: number, name = 'images'): TensorShape => ({
  name,
  type: 'float32',
  dims: [1, 3, side, side],
})

function open(family: string, session: Session, classes = ['cat', 'dog'], maxOverlap?: number): Detector {
  const found = findFamily(family)
  if (found?.role !== 'detector') throw new Error(`${family} is no detector`)
  return found.open({ part: { family, file: 'model.onnx', classes, maxOverlap }, session })
}

/** The only thing that a detector finds, as text with two decimals. */
async function findOne(detector: Detector, picture: Picture) {
  const objects = await detector.detect(picture, watch())
  expect(objects).toHaveLength(1)
  const { className, score, box } = objects[0]!
  return `${className} ${score.toFixed(2)} at ${box.map((value) => value.toFixed(3)).join(' ')}`
}

/** Rows become columns: `[1, rows, columns]` → `[1, columns, rows]`. */
function turned(rows: readonly (readonly number[])[]) {
  const columns = rows[0]!.map((_, i) => rows.map((row) => row[i]!))
  return floats([1, columns.length, rows.length], columns.flat())
}

describe('what a model says', () => {
  // All look at 64 × 64; the picture of 32 × 64 lies in the middle of it, from 16 to 48.
  const tall = grey(32, 64)

  test('YOLOv5: objectness times class, in rows', async () => {
    const row = [32, 16, 16, 32, 0.9, 0.2, 0.8]
    const session = answeringSession(
      [pictureInput(64)],
      [{ name: 'output0', tensor: floats([1, 2, 7], [...row, 0, 0, 0, 0, 0.1, 1, 1]) }],
    )
    expect(await findOne(open('yolov5', session), tall)).toBe('dog 0.72 at 0.250 0.000 0.500 0.500')
  })

  test('YOLOv8 and YOLO11: classes alone, in columns', async () => {
    const tensor = turned([
      [32, 16, 16, 32, 0.9, 0.2],
      [32, 16, 16, 32, 0.29, 0.2],
    ])
    const session = answeringSession([pictureInput(64)], [{ name: 'output0', tensor }])
    expect(await findOne(open('yolov8', session), tall)).toBe('cat 0.90 at 0.250 0.000 0.500 0.500')
  })

  test('YOLOX: cells of three grids, the picture at the corner, blue first, 0 to 255', async () => {
    const data = new Float32Array((64 + 16 + 4) * 7)
    // The second cell of the third row of the grid of stride 16.
    data.set([0.5, 0.5, Math.log(2), Math.log(1), 0.9, 1, 0], (64 + 8 + 1) * 7)
    const session = answeringSession(
      [pictureInput(64)],
      [{ name: 'output', tensor: floats([1, 84, 7], data) }],
    )
    expect(await findOne(open('yolox', session), tall)).toBe('cat 0.90 at 0.250 0.500 0.750 0.250')
    const input = session.asked[0]!.images!.data
    expect([input[0], input[63]]).toEqual([128, 114])
  })

  test('FastestDet: one grid, stretched', async () => {
    const cells = 16
    const data = new Float32Array(7 * cells)
    const cell = 5
    data[cell] = 0.9
    data[5 * cells + cell] = 0.1
    data[6 * cells + cell] = 0.8
    const session = answeringSession(
      [pictureInput(64)],
      [{ name: '758', tensor: floats([1, 7, 4, 4], data) }],
    )
    expect(await findOne(open('fastestdet', session), tall)).toBe('dog 0.86 at 0.000 0.000 0.500 0.500')
  })

  test('RT-DETR and D-FINE with their own post-processing', async () => {
    const session = answeringSession(
      [pictureInput(64), { name: 'orig_target_sizes', type: 'int64', dims: [1, 2] }],
      [
        { name: 'labels', tensor: integers([1, 2], [1, 0]) },
        { name: 'boxes', tensor: floats([1, 2, 4], [16, 16, 48, 32, 0, 0, 64, 64]) },
        { name: 'scores', tensor: floats([1, 2], [0.75, 0.1]) },
      ],
    )
    expect(await findOne(open('rt-detr', session), tall)).toBe('dog 0.75 at 0.250 0.250 0.500 0.250')
    expect(session.asked[0]!.orig_target_sizes).toEqual(integers([1, 2], [64, 64]))
  })

  test('RT-DETR and D-FINE without it: the best of all classes of all places', async () => {
    const session = answeringSession(
      [pictureInput(64, 'pixel_values')],
      [
        { name: 'logits', tensor: floats([1, 2, 2], [-3, Math.log(3), -3, -0.1]) },
        { name: 'pred_boxes', tensor: floats([1, 2, 4], [0.5, 0.375, 0.5, 0.25, 0.5, 0.5, 1, 1]) },
      ],
    )
    expect(await findOne(open('rt-detr', session), tall)).toBe('dog 0.75 at 0.250 0.250 0.500 0.250')
  })

  test('RT-DETR and D-FINE find no more than they have places', async () => {
    const session = answeringSession(
      [pictureInput(64, 'pixel_values')],
      [
        { name: 'logits', tensor: floats([1, 2, 2], [1, 3, 2, 4]) },
        { name: 'pred_boxes', tensor: floats([1, 2, 4], [0.5, 0.5, 1, 1, 0.5, 0.5, 0.5, 0.5]) },
      ],
    )
    const objects = await open('rt-detr', session).detect(tall, watch())
    expect(objects.map(({ className, box }) => `${className} ${box[2]}`)).toEqual(['dog 0.5', 'dog 1'])
  })

  test('of four classes, the boxes of RT-DETR are told from its classes', async () => {
    const session = answeringSession(
      [pictureInput(64, 'pixel_values')],
      [
        { name: 'logits', tensor: floats([1, 1, 4], [-3, -3, Math.log(3), -3]) },
        { name: 'pred_boxes', tensor: floats([1, 1, 4], [0.5, 0.5, 1, 1]) },
      ],
    )
    expect(await findOne(open('rt-detr', session, ['a', 'b', 'c', 'd']), tall)).toBe(
      'c 0.75 at 0.000 0.000 1.000 1.000',
    )
  })

  test('YOLOv8-seg: the outline covers the picture, without the margin beside it', async () => {
    // One prototype of 16 × 16, above zero in its upper half, and one that is below zero everywhere.
    const prototypes = new Float32Array(2 * 256).fill(-1)
    prototypes.fill(1, 0, 128)
    const tensor = turned([[32, 32, 16, 64, 0.9, 0.2, 1, 0]])
    const session = answeringSession(
      [pictureInput(64)],
      [
        { name: 'output0', tensor },
        { name: 'output1', tensor: floats([1, 2, 16, 16], prototypes) },
      ],
    )
    const [found] = await open('yolov8-seg', session).detect(tall, watch())
    expect(found!.mask!.size).toEqual([16, 8])
    expect(boxOfMask(found!.mask!)).toEqual([0.25, 0, 0.5, 0.5])
    expect(maskArea(found!.mask!)).toBe(4 * 8)
  })

  test('DeepLab: a thing for each piece of a class, the largest first', async () => {
    const map = [
      ['0', '0', '1', '1'],
      ['0', '0', '0', '1'],
      ['2', '0', '0', '0'],
      ['2', '0', '0', '2'],
    ]
    const classMap = integers([1, 4, 4], map.flat().map(Number))
    const session = answeringSession([pictureInput(64)], [{ name: 'class_map', tensor: classMap }])
    const objects = await open('deeplab', session, ['background', 'cat', 'dog']).detect(tall, watch())
    expect(objects.map(({ className, box }) => `${className} ${box.join(' ')}`)).toEqual([
      'cat 0.5 0 0.5 0.5',
      'dog 0 0.5 0.25 0.5',
      'dog 0.75 0.75 0.25 0.25',
    ])
    expect(objects.map(({ mask }) => maskArea(mask!))).toEqual([3, 2, 1])
  })

  test('DeepLab: of numbers for each class the largest, and no class that has no name', async () => {
    const scores = floats([1, 2, 1, 2], [1, -1, 0, 3])
    const session = answeringSession([pictureInput(64)], [{ name: 'out', tensor: scores }])
    expect(await findOne(open('deeplab', session, ['background', 'cat']), tall)).toBe(
      'cat 0.50 at 0.500 0.000 0.500 1.000',
    )
    const ignored = integers([1, 1, 4], [255, -1, 2 ** 40, 1])
    const other = answeringSession([pictureInput(64)], [{ name: 'class_map', tensor: ignored }])
    expect(await findOne(open('deeplab', other, ['background', 'cat']), tall)).toBe(
      'cat 0.50 at 0.750 0.000 0.250 1.000',
    )
  })
})

const yolov8Answer = (rows: readonly (readonly number[])[]) =>
  answeringSession([pictureInput(64)], [{ name: 'output0', tensor: turned(rows) }])

describe('whatever a model says', () => {
  test.each([
    [1, 1],
    [1, 10_000],
    [10_000, 1],
  ])('everything is inside a picture of %d × %d', async (widthPx, heightPx) => {
    const far = [-1_000, 0, 31.5, 32, 64, 1_000]
    const rows = far.flatMap((at) => [0, 1, 3_000].map((size) => [at, at, size, size, 0.9, 0]))
    const objects = await open('yolov8', yolov8Answer(rows)).detect(grey(widthPx, heightPx), watch())
    expect(objects.length).toBeGreaterThan(0)
    for (const { box } of objects) {
      const [x, y, width, height] = box
      expect(Math.min(x, y, 1.000001 - x - width, 1.000001 - y - height)).toBeGreaterThanOrEqual(0)
      expect(Math.min(width, height)).toBeGreaterThan(0)
    }
  })

  test('things in the margin of the letterbox are left out', async () => {
    const session = yolov8Answer([[4, 32, 8, 8, 0.9, 0]])
    expect(await open('yolov8', session).detect(grey(32, 64), watch())).toEqual([])
  })

  test('of thousands of things the best are kept, and the work stays bounded', async () => {
    const rows = Array.from({ length: 8_400 }, (_, i) => [
      i % 64,
      Math.floor(i / 64) / 3,
      0.2,
      0.2,
      1 - i / 20_000,
      0,
    ])
    const objects = await open('yolov8', yolov8Answer(rows)).detect(grey(64, 64), watch())
    expect(objects).toHaveLength(MAX_FOUND)
    expect(objects[0]!.score).toBe(1)
    expect(objects.at(-1)!.score).toBeGreaterThan(0.97)
  })

  test('a score above 1 and a size without end do no harm', async () => {
    const data = new Float32Array(84 * 7)
    data.set([0, 0, 200, 200, 1.5, 1, 0], 0)
    const session = answeringSession(
      [pictureInput(64)],
      [{ name: 'output', tensor: floats([1, 84, 7], data) }],
    )
    expect(await findOne(open('yolox', session), grey(64, 64))).toBe('cat 1.00 at 0.000 0.000 1.000 1.000')
  })

  test('two of one class that overlap are one, as the manifest says how far', async () => {
    const rows = [
      [32, 32, 20, 20, 0.9, 0],
      [34, 32, 20, 20, 0.8, 0],
      [34, 32, 20, 20, 0, 0.7],
    ]
    const names = async (maxOverlap: number) =>
      (await open('yolov8', yolov8Answer(rows), undefined, maxOverlap).detect(grey(64, 64), watch())).map(
        ({ className }) => className,
      )
    expect(await names(0.45)).toEqual(['cat', 'dog'])
    expect(await names(0.95)).toEqual(['cat', 'cat', 'dog'])
  })
})

describe('a file that is not of its family', () => {
  const answer = (dims: number[], declared?: TensorShape['dims'], input = pictureInput(64)) =>
    answeringSession([input], [{ name: 'output0', tensor: floats(dims), declared }])

  test.each([
    ['yolov8', answer([1, 10, 84]), /tells 6 classes apart; the manifest names 2/],
    ['yolov8', answer([1, 84]), /yolov8 gives float32 n×n×n; this file gives output0 \(float32 1×84\)/],
    ['yolov5', answer([1, 84, 5]), /has no room for a class/],
    ['yolov8-seg', answer([1, 38, 84]), /yolov8-seg gives float32 n×n×n×n/],
    ['yolox', answer([1, 85, 7]), /has 85 places; yolox has 84 in 64×64 pixels/],
    ['fastestdet', answer([1, 84, 7]), /fastestdet gives float32 n×n×n×n/],
    ['rt-detr', answer([1, 300, 80]), /rt-detr gives float32 n×n×4; this file gives nothing/],
    ['deeplab', answer([1, 3, 8, 8]), /deeplab gives float32 n×2×n×n/],
    [
      'yolov8',
      answer([1, 6, 84], undefined, { ...pictureInput(64), type: 'float16' }),
      /export the model with float32/,
    ],
    [
      'yolov8',
      answer([1, 6, 84], undefined, { ...pictureInput(64), dims: [1, 4, 64, 64] }),
      /takes 4 channels/,
    ],
    ['yolov8', answer([1, 6, 84], undefined, { ...pictureInput(64), dims: [1, 3] }), /has 0 inputs for one/],
    [
      'yolov8',
      answer([1, 6, 84], undefined, { ...pictureInput(64), dims: [1, 3, 64, 9_000] }),
      /at most 4096/,
    ],
  ])('is refused by %s with a sentence', (family, session, reason) => {
    expect(() => open(family, session)).toThrow(expect.objectContaining({ code: 'model_broken' }))
    expect(() => open(family, session)).toThrow(reason)
  })

  test.each([
    ['yolov5', [1, 3, 8]],
    ['yolov8', [1, 7, 3]],
    ['yolox', [1, 83, 7]],
    ['fastestdet', [1, 8, 4, 4]],
  ])('is found out when the shape that %s leaves open turns out wrong', async (family, dims) => {
    const session = answer(
      dims,
      dims.map((_, i) => (i === 0 ? 1 : null)),
    )
    await expect(open(family, session).detect(grey(8, 8), watch())).rejects.toMatchObject({
      code: 'model_broken',
      message: expect.stringContaining('model.onnx'),
    })
  })

  test('has as many labels as scores', async () => {
    const session = answeringSession(
      [pictureInput(64), { name: 'orig_target_sizes', type: 'int64', dims: [1, 2] }],
      [
        { name: 'labels', tensor: integers([1, 1], [0]), declared: [1, null] },
        { name: 'boxes', tensor: floats([1, 2, 4]), declared: [1, null, 4] },
        { name: 'scores', tensor: floats([1, 2], [0.9, 0.9]), declared: [1, null] },
      ],
    )
    await expect(open('rt-detr', session).detect(grey(8, 8), watch())).rejects.toMatchObject({
      code: 'model_broken',
    })
  })

  test('names the class that its manifest does not have', async () => {
    const session = answeringSession(
      [pictureInput(64), { name: 'orig_target_sizes', type: 'int64', dims: [1, 2] }],
      [
        { name: 'labels', tensor: integers([1, 1], [2]) },
        { name: 'boxes', tensor: floats([1, 1, 4]) },
        { name: 'scores', tensor: floats([1, 1], [0.9]) },
      ],
    )
    await expect(open('rt-detr', session).detect(grey(8, 8), watch())).rejects.toThrow(
      /thing of class 2; only 2 have names/,
    )
  })
})
