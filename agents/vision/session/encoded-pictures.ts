import { ByteCache } from './byte-cache.ts'
import { sizeOfValue } from './size-of-value.ts'

/**
 * What encoders have made of pictures, and are making: whoever points twice while the first answer is being computed
 * waits for the same one. A click does not wait for one that is made for nobody and may not have had its turn.
 */
export class EncodedPictures {
  readonly #kept: ByteCache<unknown>
  readonly #making = new Map<string, Promise<unknown>>()

  constructor(maxBytes: number) {
    this.#kept = new ByteCache(maxBytes)
  }

  /**
   * @param key of the model and the picture
   * @param isUrgent somebody waits for it
   * @throws what `make` throws
   */
  async get(key: string, isUrgent: boolean, make: () => Promise<unknown>): Promise<unknown> {
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const name = `${isUrgent ? 'urgent' : 'any'} ${key}`
    const others = this.#making.get(name)
    if (others) {
      // One that was given up, or failed, says nothing about the next.
      const value = await others.catch(() => undefined)
      if (value !== undefined) return value
    }
    const making = make()
    this.#making.set(name, making)
    try {
      const value = await making
      this.#kept.set(key, value, sizeOfValue(value))
      return value
    } finally {
      if (this.#making.get(name) === making) this.#making.delete(name)
    }
  }
}
