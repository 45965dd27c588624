import { AppError } from '../../protocol/errors.ts'

/** How far the length of a vector that should be 1 may be off: float16 has three digits. */
const LENGTH_TOLERANCE = 0.02

/**
 * A vector as it came, as Postgres reads it: `[0.5,-0.25,…]`.
 *
 * @param base64 float16 numbers, little endian
 * @throws AppError `bad_request` when it has another number of dimensions than its model, holds what is no number, or
 *   is not of length 1
 */
export function readVector(base64: string, dimensions: number | null): string {
  const bytes = Buffer.from(base64, 'base64')
  if (dimensions === null || bytes.length !== 2 * dimensions) {
    throw new AppError(
      'bad_request',
      `A vector has ${bytes.length / 2} numbers; those of its model have ${dimensions ?? 'none'}`,
    )
  }
  // A copy: a Buffer's own memory may begin at an odd byte.
  const numbers = new Float16Array(new Uint8Array(bytes).buffer)
  const length = Math.hypot(...numbers)
  if (!(Math.abs(length - 1) <= LENGTH_TOLERANCE)) {
    throw new AppError('bad_request', `A vector is of length ${length}; it must be 1`)
  }
  return `[${numbers.join()}]`
}
