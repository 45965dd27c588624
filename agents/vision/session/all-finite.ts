/** Whether all are numbers: no NaN, nothing infinite. One multiplication each, without a branch. */
export function allFinite(values: Float32Array): boolean {
  let sum = 0
  // Zero times a number is zero; times what is none, it is NaN, and stays so.
  for (let at = 0; at < values.length; at += 1) sum += values[at]! * 0
  return sum === 0
}
