/** Exit status of a reader that ended itself because it held too much memory. */
export const MEMORY_EXIT_STATUS = 77

const CHECK_INTERVAL_MS = 100

/**
 * Where nobody outside can ask how much memory a process holds without starting a program, it asks
 * itself. This covers sharp, which decodes beside the event loop; libheif blocks the loop, but its
 * memory is bounded by the pixel limit. On Linux the parent watches `/proc` instead.
 */
export function limitOwnMemory(maxRssBytes: number): void {
  if (process.platform === 'linux' || !(maxRssBytes > 0)) return
  setInterval(() => {
    if (process.memoryUsage.rss() > maxRssBytes) process.exit(MEMORY_EXIT_STATUS)
  }, CHECK_INTERVAL_MS).unref()
}
