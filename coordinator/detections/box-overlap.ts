type Box = readonly [x: number, y: number, width: number, height: number]

/** Common part of two boxes beside the whole that both cover, 0 to 1 ("intersection over union"). */
export function boxOverlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0])
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1])
  if (width <= 0 || height <= 0) return 0
  const common = width * height
  return common / (a[2] * a[3] + b[2] * b[3] - common)
}
