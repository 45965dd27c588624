/** A point in pixels. */
export type Spot = readonly [x: number, y: number]

/** Turns, scales and moves, and never mirrors: `x' = a·x − b·y + dx`, `y' = b·x + a·y + dy`. */
export type Similarity = { a: number; b: number; dx: number; dy: number }

/**
 * The similarity that brings `from` nearest to `to`, by least squares.
 *
 * This is Umeyama's solution without mirroring, which in the plane needs no decomposition of matrices.
 *
 * @param to as many as `from`
 * @returns null where all points of `from` lie in one place, or `to` says nothing about a direction
 * @see https://doi.org/10.1109/34.88573
 */
export function fitSimilarity(from: readonly Spot[], to: readonly Spot[]): Similarity | null {
  const [fromX, fromY] = centreOf(from)
  const [toX, toY] = centreOf(to)
  let along = 0
  let across = 0
  let spread = 0
  from.forEach(([x, y], index) => {
    const [u, v] = to[index] ?? [Number.NaN, Number.NaN]
    along += (x - fromX) * (u - toX) + (y - fromY) * (v - toY)
    across += (x - fromX) * (v - toY) - (y - fromY) * (u - toX)
    spread += (x - fromX) ** 2 + (y - fromY) ** 2
  })
  const a = along / spread
  const b = across / spread
  if (!Number.isFinite(a) || !Number.isFinite(b) || a * a + b * b < 1e-12) return null
  return { a, b, dx: toX - a * fromX + b * fromY, dy: toY - b * fromX - a * fromY }
}

export function moveSpot({ a, b, dx, dy }: Similarity, [x, y]: Spot): Spot {
  return [a * x - b * y + dx, b * x + a * y + dy]
}

function centreOf(spots: readonly Spot[]): Spot {
  const sum = spots.reduce<Spot>(([sumX, sumY], [x, y]) => [sumX + x, sumY + y], [0, 0])
  return [sum[0] / spots.length, sum[1] / spots.length]
}
