import type { ModelKey } from '../../../protocol/models.ts'
import type { VisionWork } from './messages.ts'

const MOST = 1_000

/**
 * What has ended the process before. It is tried again, because the queue says so, but alone from the beginning:
 * nothing else has to be done again for it.
 */
export class KeptSuspects {
  readonly #names = new Set<string>()

  add(key: ModelKey, work: VisionWork): void {
    this.#names.add(nameOf(key, work))
    const [oldest] = this.#names
    if (this.#names.size > MOST && oldest !== undefined) this.#names.delete(oldest)
  }

  has(key: ModelKey, work: VisionWork): boolean {
    return this.#names.has(nameOf(key, work))
  }
}

function nameOf(key: ModelKey, work: VisionWork): string {
  return `${key} ${work.type} ${work.type === 'query' ? work.text : work.preview.hash}`
}
