import { freeBytes } from '../picture/free-bytes.ts'
import type { LentPixels } from '../picture/lent-pixels.ts'
import type { Pixels } from '../picture/picture.ts'

/**
 * A picture for all who look at it.
 *
 * kept → dropped: `drop()`, when there is no room to keep it. Its memory is given back when it has been dropped and the last
 * reader is done.
 */
export class SharedPixels {
  readonly decoding: Promise<Pixels>
  #readers = 0
  #isKept = true

  constructor(decoding: Promise<Pixels>) {
    this.decoding = decoding
  }

  /** @throws what decoding throws */
  async lend(): Promise<LentPixels> {
    // Before it is there: it must not be dropped meanwhile.
    this.#readers += 1
    let isLent = true
    const giveBack = () => {
      if (!isLent) return
      isLent = false
      this.#readers -= 1
      this.#freeUnread()
    }
    try {
      return { ...(await this.decoding), [Symbol.dispose]: giveBack }
    } catch (error) {
      giveBack()
      throw error
    }
  }

  drop(): void {
    this.#isKept = false
    this.#freeUnread()
  }

  #freeUnread(): void {
    if (this.#isKept || this.#readers > 0) return
    this.decoding.then(
      ({ rgb }) => freeBytes(rgb),
      () => undefined,
    )
  }
}
