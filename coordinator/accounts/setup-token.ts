import { timingSafeEqual } from 'node:crypto'
import { createToken, tokenHash } from './token-hash.ts'

/**
 * The one-time token behind the setup link.
 *
 * It lives in this process's memory alone and is worth something only while no account exists: who
 * can read what the server prints is its owner. A restart makes a new one.
 */
export class SetupToken {
  readonly value = createToken()
  readonly #hash = tokenHash(this.value)

  /** Compares hashes in constant time, so that neither length nor prefix can be found out. */
  matches(candidate: string): boolean {
    return timingSafeEqual(this.#hash, tokenHash(candidate))
  }
}
