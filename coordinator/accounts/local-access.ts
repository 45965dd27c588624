import { timingSafeEqual } from 'node:crypto'
import { rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Account } from '../../protocol/api/account-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { createToken, tokenHash } from './token-hash.ts'

/** Where the command line on the coordinator's own machine finds how to speak with it. */
export function localAccessPath(dataFolder: string): string {
  return join(dataFolder, `local-access-${hostname()}.json`)
}

/**
 * Lets in who may read the data folder, as the first administrator: whoever can do that has everything anyway.
 *
 * The token is new at each start, lives in memory, and in a file that only the owner of the folder may read.
 */
export class LocalAccess {
  readonly #token = `local_${createToken()}`
  readonly #hash = tokenHash(this.#token)
  readonly #path: string

  constructor(dataFolder: string) {
    this.#path = localAccessPath(dataFolder)
  }

  /**
   * @param url where this coordinator answers on its own machine
   * @param fingerprint of the certificate that it shows there, base64url; null without TLS
   */
  async publish(url: string, fingerprint: string | null): Promise<void> {
    const draft = `${this.#path}.partial`
    await rm(draft, { force: true })
    await writeFile(draft, `${JSON.stringify({ url, fingerprint, token: this.#token })}\n`, { mode: 0o600 })
    await rename(draft, this.#path)
  }

  async withdraw(): Promise<void> {
    await rm(this.#path, { force: true })
  }

  /**
   * @returns undefined for another token
   * @throws AppError `unauthenticated` while nobody has made the first account
   */
  async findAccount(db: Queryable, token: string): Promise<Account | undefined> {
    if (!timingSafeEqual(this.#hash, tokenHash(token))) return undefined
    const administrator = await db
      .selectFrom('account')
      .select(['id', 'name', 'role'])
      .where('role', '=', 'admin')
      .orderBy('id')
      .executeTakeFirst()
    if (administrator !== undefined) return administrator
    throw new AppError(
      'unauthenticated',
      'Nobody has an account yet: make the first one with the link that Hearth printed when it started',
    )
  }
}
