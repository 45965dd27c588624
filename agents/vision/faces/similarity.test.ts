import { expect, test } from 'vitest'
import { fitSimilarity, moveSpot, type Similarity, type Spot } from './similarity.ts'

const face: Spot[] = [
  [310, 220],
  [380, 232],
  [342, 260],
  [311, 300],
  [366, 309],
]

test('points that were turned, scaled and moved are brought back exactly', () => {
  for (let round = 0; round < 200; round++) {
    const size = 0.05 + (round % 20) / 4
    const turn = (round / 200) * 2 * Math.PI
    const truth: Similarity = {
      a: size * Math.cos(turn),
      b: size * Math.sin(turn),
      dx: round - 70,
      dy: 30 - 3 * round,
    }
    const found = fitSimilarity(
      face,
      face.map((spot) => moveSpot(truth, spot)),
    )
    for (const key of ['a', 'b', 'dx', 'dy'] as const) expect(found?.[key]).toBeCloseTo(truth[key], 6)
  }
})

test('no other similarity comes nearer to points that were disturbed', () => {
  const disturbed = face.map(
    ([x, y], index): Spot => [x / 3 + Math.sin(index * 7) * 4, y / 3 - Math.cos(index * 5) * 4],
  )
  const best = fitSimilarity(face, disturbed) as Similarity
  const error = (tried: Similarity) =>
    face.reduce((sum, spot, index) => {
      const [x, y] = moveSpot(tried, spot)
      const [u, v] = disturbed[index] as Spot
      return sum + (x - u) ** 2 + (y - v) ** 2
    }, 0)
  for (const key of ['a', 'b', 'dx', 'dy'] as const)
    for (const step of [0.001, -0.001])
      expect(error({ ...best, [key]: best[key] + step })).toBeGreaterThan(error(best))
})

test('a mirrored face is not mirrored back', () => {
  const mirrored = face.map(([x, y]): Spot => [700 - x, y])
  const found = fitSimilarity(face, mirrored) as Similarity
  const [left, right] = [moveSpot(found, face[0] as Spot), moveSpot(found, face[2] as Spot)]
  expect(Math.hypot(left[0] - (mirrored[0] as Spot)[0], left[1] - (mirrored[0] as Spot)[1])).toBeGreaterThan(
    5,
  )
  expect(right).not.toEqual(mirrored[2])
})

test('points in one place have no similarity', () => {
  expect(
    fitSimilarity(
      face.map((): Spot => [12, 12]),
      face,
    ),
  ).toBeNull()
  expect(
    fitSimilarity(
      face,
      face.map((): Spot => [12, 12]),
    ),
  ).toBeNull()
})
