const UNITS = ['kB', 'MB', 'GB'] as const

/** `3.7 MB` */
export function describeSize(bytes: number): string {
  const power = Math.min(UNITS.length, Math.max(1, Math.floor(Math.log10(Math.max(1, bytes)) / 3)))
  const value = bytes / 1_000 ** power
  return `${value.toFixed(value < 100 ? 1 : 0)} ${UNITS[power - 1]}`
}
