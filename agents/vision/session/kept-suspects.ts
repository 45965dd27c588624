import type { ModelKey } from '../../../protocol/models.ts'
import type { VisionWork } from './messages.ts'

const MOST = 1_000

/**
 * What has ended the process before, and how often. It is tried again, because the queue says so, but alone from the
 * beginning: nothing else has to be done again for it.
 */
export class KeptSuspects {
  readonly #times = new Map<string, number>()

  /** @returns how often it has ended the process now */
  add(key: ModelKey, work: VisionWork): number {
    const name = nameOf(key, work)
    const times = (this.#times.get(name) ?? 0) + 1
    // The newest last.
    this.#times.delete(name)
    this.#times.set(name, times)
    const [oldest] = this.#times.keys()
    if (this.#times.size > MOST && oldest !== undefined) this.#times.delete(oldest)
    return times
  }

  has(key: ModelKey, work: VisionWork): boolean {
    return this.#times.has(nameOf(key, work))
  }

  /** It has come to an end. */
  clear(key: ModelKey, work: VisionWork): void {
    this.#times.delete(nameOf(key, work))
  }
}

/** By what a piece of work is known when it comes again. */
export function nameOf(key: ModelKey, work: VisionWork): string {
  return `${key} ${work.type} ${work.type === 'query' ? work.text : work.preview.hash}`
}
