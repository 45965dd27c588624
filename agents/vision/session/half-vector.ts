/** Float16 numbers, little endian, base64: see `HalfVector`. */
export function encodeHalfVector(vector: Float32Array): string {
  const view = new DataView(new ArrayBuffer(vector.length * 2))
  for (let at = 0; at < vector.length; at += 1) view.setFloat16(at * 2, vector[at]!, true)
  return Buffer.from(view.buffer).toString('base64')
}
