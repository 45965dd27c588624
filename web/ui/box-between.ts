type At = readonly [number, number]

/** `[x, y, width, height]` as fractions of the upright picture. */
export type Box = [number, number, number, number]

/** The box between two corners, kept inside the picture; null where it has no area. */
export function boxBetween(a: At, b: At): Box | null {
  const left = clamp(Math.min(a[0], b[0]))
  const top = clamp(Math.min(a[1], b[1]))
  const width = clamp(Math.max(a[0], b[0])) - left
  const height = clamp(Math.max(a[1], b[1])) - top
  return width > 0 && height > 0 ? [left, top, width, height] : null
}

function clamp(share: number): number {
  return Math.min(1, Math.max(0, share))
}
