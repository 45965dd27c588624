/** About how many bytes a plain value holds: its numbers in typed arrays; the rest is small. */
export function sizeOfValue(value: unknown): number {
  if (ArrayBuffer.isView(value)) return value.byteLength
  if (typeof value !== 'object' || value === null) return 8
  return Object.values(value).reduce<number>((sum, part) => sum + sizeOfValue(part), 64)
}
