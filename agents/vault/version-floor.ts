/** Oldest versions of what parses foreign files: those before have known ways to be taken over by a file. */
export const versionFloors = {
  exiftool: '13.54',
  sharp: '0.35.0',
  /** The oldest that distributions still mend. */
  ffmpeg: '4.2',
} as const

/**
 * Whether a version like `13.54` or `5.1.9-0+deb12u1` is older than another, by its numbers in front. One without
 * numbers is: nothing is known of it.
 */
export function isOlder(version: string, floor: string): boolean {
  const [own, oldest] = [version, floor].map(
    (text) => /^\d+(\.\d+)*/.exec(text)?.[0].split('.').map(Number) ?? [],
  ) as [number[], number[]]
  if (own.length === 0) return true
  for (const [index, number] of oldest.entries()) {
    if ((own[index] ?? 0) !== number) return (own[index] ?? 0) < number
  }
  return false
}
