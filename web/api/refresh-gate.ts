/**
 * Makes one refresh out of many reasons for it: never two at a time, never two starts within `gapMs`, and always
 * one that starts after the last reason came.
 *
 * @param refresh must not reject
 * @returns to be called for each reason
 */
export function refreshGate(refresh: () => Promise<unknown>, gapMs: number): () => void {
  let isBusy = false
  let isAsked = false

  const run = async () => {
    isBusy = true
    isAsked = false
    const gap = new Promise((resolve) => setTimeout(resolve, gapMs))
    await refresh()
    await gap
    isBusy = false
    if (isAsked) void run()
  }
  return () => {
    isAsked = true
    if (!isBusy) void run()
  }
}
