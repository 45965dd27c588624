import { expect, test } from 'vitest'
import { pictureOf } from '../picture/picture-of.ts'
import type { Tensor } from '../session/session.ts'
import { answeringSession, floats } from '../testing/answering-session.ts'
import { openPart } from '../testing/open-part.ts'
import { scrfd } from './scrfd.ts'

const STRIDES = [8, 16, 32]
const cellsOf = (stride: number) => (640 / stride) ** 2
const grey = pictureOf({ widthPx: 1280, heightPx: 960, rgb: new Uint8Array(1280 * 960 * 3).fill(128) })
const input = { name: 'input.1', type: 'float32', dims: [1, 3, '?', '?'] }

type Anchor = { stride: number; column: number; row: number; anchor: number; score: number }

/** The answer of a model with two anchors a cell: nothing but the given ones. Sides lie 2, 3, 2 and 4 strides away. */
function answer(anchors: readonly Anchor[], withLandmarks = true, batched = false): Tensor[] {
  const rows = (stride: number, length: number, fill: (anchor: Anchor) => number[]) => {
    const count = cellsOf(stride) * 2
    const tensor = floats(batched ? [1, count, length] : [count, length])
    for (const anchor of anchors.filter((other) => other.stride === stride)) {
      const index = (anchor.row * (640 / stride) + anchor.column) * 2 + anchor.anchor
      ;(tensor.data as Float32Array).set(fill(anchor), index * length)
    }
    return tensor
  }
  return [
    ...STRIDES.map((stride) => rows(stride, 1, ({ score }) => [score])),
    ...STRIDES.map((stride) => rows(stride, 4, () => [2, 3, 2, 4])),
    ...(withLandmarks
      ? STRIDES.map((stride) => rows(stride, 10, () => [-1, -1, 1, -1, 0, 0, -1, 2, 1, 2]))
      : []),
  ]
}

async function find(tensors: readonly Tensor[], picture = grey) {
  const named = tensors.map((tensor, index) => ({ name: String(443 + index * 17), tensor }))
  const session = answeringSession([input], named)
  const detector = openPart(scrfd, 'face-detector', {
    part: { family: 'scrfd', file: 'scrfd.onnx' },
    session,
  })
  const faces = await detector.detectFaces(picture, { prepare: 0, infer: 0, read: 0 })
  return { faces, asked: session.asked[0]!['input.1']! }
}

test.each([
  [true, false],
  [true, true],
])('reads a face where its anchor says, with landmarks', async (withLandmarks, batched) => {
  const { faces } = await find(
    answer([{ stride: 16, column: 10, row: 20, anchor: 1, score: 0.83 }], withLandmarks, batched),
  )
  expect(faces).toHaveLength(1)
  const { box, score, landmarks } = faces[0]!
  // The input shows 1280×960 as 640×480: corners at 128..192 × 272..384 of it.
  expect(box.map((value) => Number(value.toFixed(6)))).toEqual([0.2, 0.566667, 0.1, 0.233333])
  expect(score).toBeCloseTo(0.83)
  expect(landmarks![2]![0]).toBeCloseTo(160 / 640)
  expect(landmarks![2]![1]).toBeCloseTo(320 / 480)
  expect(landmarks![0]![0]).toBeCloseTo(144 / 640)
  expect(landmarks![4]![1]).toBeCloseTo(352 / 480)
})

test('knows models without landmarks, and the order of outputs does not matter', async () => {
  const tensors = answer([{ stride: 8, column: 40, row: 30, anchor: 0, score: 0.9 }], false)
  const { faces } = await find(tensors.toReversed())
  expect(faces).toHaveLength(1)
  expect(faces[0]!.landmarks).toBeNull()
})

test('two anchors on one face are one, two faces are two, and the better one comes first', async () => {
  const { faces } = await find(
    answer([
      { stride: 16, column: 10, row: 10, anchor: 0, score: 0.6 },
      { stride: 16, column: 10, row: 10, anchor: 1, score: 0.7 },
      { stride: 32, column: 15, row: 8, anchor: 0, score: 0.95 },
      { stride: 8, column: 5, row: 40, anchor: 0, score: 0.49 },
    ]),
  )
  expect(faces.map(({ score }) => Number(score.toFixed(2)))).toEqual([0.95, 0.7])
})

test('shows the picture at the upper left corner, in its colours, black beside it', async () => {
  const { asked } = await find(answer([]))
  expect(asked.dims).toEqual([1, 3, 640, 640])
  expect(asked.data[0]).toBeCloseTo((128 - 127.5) / 128)
  expect(asked.data[479 * 640 + 639]).toBeCloseTo((128 - 127.5) / 128)
  expect(asked.data[481 * 640]).toBeCloseTo(-127.5 / 128)
})

test('a score that is no number is no face', async () => {
  const { faces } = await find(answer([{ stride: 8, column: 3, row: 3, anchor: 0, score: Number.NaN }]))
  expect(faces).toEqual([])
})

test('a model with other outputs is refused with a sentence', async () => {
  await expect(find(answer([]).slice(0, 4))).rejects.toMatchObject({
    code: 'model_broken',
    message: expect.stringContaining('scrfd.onnx'),
  })
  const wrong = answer([])
  wrong[4] = floats([77, 4])
  await expect(find(wrong)).rejects.toMatchObject({ code: 'model_broken' })
})
