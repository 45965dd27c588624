/** A vector as it comes in results: float16, little endian, base64. */
export function readHalves(base64: string): Float32Array {
  const bytes = Buffer.from(base64, 'base64')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  return Float32Array.from({ length: bytes.length / 2 }, (_, index) => view.getFloat16(index * 2, true))
}

/** Of vectors of length 1. */
export function cosine(one: Float32Array, other: Float32Array): number {
  return one.reduce((sum, value, index) => sum + value * other[index]!, 0)
}
