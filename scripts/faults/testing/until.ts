import { setTimeout as sleep } from 'node:timers/promises'

const PAUSE_MS = 50

/**
 * Waits until `check` gives something true and returns it. A check that throws is asked again: what it asks
 * may just have been killed.
 *
 * @throws Error that names what was waited for, with the last error of the check
 */
export async function until<T>(
  what: string,
  limitMs: number,
  check: () => Promise<T> | T,
): Promise<NonNullable<T>> {
  const giveUpAt = performance.now() + limitMs
  let lastError: unknown
  for (;;) {
    try {
      const value = await check()
      if (value) return value
      lastError = undefined
    } catch (error) {
      lastError = error
    }
    if (performance.now() > giveUpAt)
      throw new Error(`Waited ${limitMs} ms in vain until ${what}`, { cause: lastError })
    await sleep(PAUSE_MS)
  }
}
