import { expect, test } from 'vitest'
import type { Point } from '../../../protocol/vision.ts'
import { FIVE_SPOTS, MIN_FACE_PX, placeFace } from './place-face.ts'
import { moveSpot } from './similarity.ts'

const picture = { widthPx: 1000, heightPx: 500 }
/** The five points as they were taught, three times as large, at 200, 40. */
const landmarks = FIVE_SPOTS.map(([x, y]): Point => [(x * 3 + 200) / 1000, (y * 3 + 40) / 500])
const box = [0.2, 0.08, 0.336, 0.672] as const

test('eyes, nose and mouth come to where the models were taught to expect them', () => {
  const placed = placeFace({ landmarks, box }, picture, 112)!
  landmarks.forEach(([x, y], index) => {
    const [left, top] = moveSpot(placed, [x * 1000, y * 500])
    expect(left).toBeCloseTo(FIVE_SPOTS[index]![0], 3)
    expect(top).toBeCloseTo(FIVE_SPOTS[index]![1], 3)
  })
})

test('a model that looks at a larger square gets a larger face', () => {
  const placed = placeFace({ landmarks, box }, picture, 224)!
  expect(moveSpot(placed, [200 + 3 * 56.0252, 40 + 3 * 71.7366])[0]).toBeCloseTo(2 * 56.0252, 2)
})

test('without landmarks the box is put into the middle of the square, whole', () => {
  const placed = placeFace({ landmarks: null, box: [0.4, 0.2, 0.1, 0.4] }, picture, 112)!
  // 100×200 pixels at 400, 100: the square reaches from 350 to 550.
  expect(moveSpot(placed, [349.5, 99.5])[0]).toBeCloseTo(-0.5)
  expect(moveSpot(placed, [549.5, 299.5])).toEqual([expect.closeTo(111.5), expect.closeTo(111.5)])
})

test('a face of too few pixels has no place, by its shorter side', () => {
  const wide = (pixels: number) => [0.1, 0.1, pixels / 1000, 0.5] as const
  expect(placeFace({ landmarks, box: wide(MIN_FACE_PX - 1) }, picture, 112)).toBeNull()
  expect(placeFace({ landmarks, box: wide(MIN_FACE_PX) }, picture, 112)).not.toBeNull()
})

test('landmarks that are all one point have no place', () => {
  expect(placeFace({ landmarks: landmarks.map((): Point => [0.3, 0.3]), box }, picture, 112)).toBeNull()
})
