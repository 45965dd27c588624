import { hash, randomBytes } from 'node:crypto'

/** 256 random bits for a cookie or a link, in base64url. */
export function createToken(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * What the database keeps of a token. A plain SHA-256 is enough, because the token is random and long:
 * whoever reads the database cannot go back, and the look-up by hash tells nothing by its timing.
 */
export function tokenHash(token: string): Buffer {
  return hash('sha256', token, 'buffer')
}
