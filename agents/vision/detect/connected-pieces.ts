/** Pixels of one class that hang together, at a side or at a corner. */
export type Piece = {
  classId: number
  areaPx: number
  /** The first pixel in it and, of each axis, the first one beyond it. */
  left: number
  top: number
  right: number
  bottom: number
}

/**
 * Parts a map of classes into pieces that hang together.
 *
 * @param classOf row-major, a class for each pixel
 * @param isWanted which classes are things; the others make no pieces
 * @returns the pieces, and for each pixel the number of its piece + 1, or 0
 */
export function findPieces(
  classOf: Uint8Array,
  heightPx: number,
  widthPx: number,
  isWanted: (classId: number) => boolean,
): { pieces: Piece[]; pieceOf: Int32Array } {
  const pieces: Piece[] = []
  const pieceOf = new Int32Array(classOf.length)
  // Every pixel is put here once, when its piece is found.
  const waiting = new Int32Array(classOf.length)
  const wanted = Uint8Array.from({ length: 256 }, (_, classId) => Number(isWanted(classId)))
  for (let start = 0; start < classOf.length; start += 1) {
    const classId = classOf[start]!
    if (pieceOf[start] || !wanted[classId]) continue
    const number = pieces.length + 1
    const piece: Piece = { classId, areaPx: 0, left: widthPx, top: heightPx, right: 0, bottom: 0 }
    pieces.push(piece)
    pieceOf[start] = number
    waiting[0] = start
    let count = 1
    while (count > 0) {
      count -= 1
      const pixel = waiting[count]!
      const x = pixel % widthPx
      const y = (pixel - x) / widthPx
      piece.areaPx += 1
      piece.left = Math.min(piece.left, x)
      piece.right = Math.max(piece.right, x + 1)
      piece.top = Math.min(piece.top, y)
      piece.bottom = Math.max(piece.bottom, y + 1)
      const lastX = Math.min(x + 1, widthPx - 1)
      const lastY = Math.min(y + 1, heightPx - 1)
      for (let nextY = Math.max(y - 1, 0); nextY <= lastY; nextY += 1) {
        for (let nextX = Math.max(x - 1, 0); nextX <= lastX; nextX += 1) {
          const next = nextY * widthPx + nextX
          if (pieceOf[next] || classOf[next] !== classId) continue
          pieceOf[next] = number
          waiting[count] = next
          count += 1
        }
      }
    }
  }
  return { pieces, pieceOf }
}
