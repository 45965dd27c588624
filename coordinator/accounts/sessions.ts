import { sql } from 'kysely'
import type { Account } from '../../protocol/api/account-routes.ts'
import type { Queryable } from '../db/database.ts'
import { createToken, tokenHash } from './token-hash.ts'

export const SESSION_DAYS = 30

export type SessionStart = { token: string; expiresAt: Date }

/**
 * Opens a session for an account that has just proved itself; `replaces` (the cookie the browser came
 * with) ends, so that a token planted before the sign-in is worth nothing after it.
 */
export async function startSession(
  db: Queryable,
  accountId: number,
  replaces?: string,
): Promise<SessionStart> {
  if (replaces !== undefined) await endSession(db, replaces)
  await db.deleteFrom('session').where('expires_at', '<', sql<Date>`now()`).execute()
  const token = createToken()
  const { expiresAt } = await db
    .insertInto('session')
    .values({
      token_hash: tokenHash(token),
      account_id: accountId,
      expires_at: sql<Date>`now() + make_interval(days => ${SESSION_DAYS})`,
    })
    .returning('expires_at as expiresAt')
    .executeTakeFirstOrThrow()
  return { token, expiresAt }
}

/** Whose session a cookie is; undefined when it is unknown or over. */
export async function findSession(db: Queryable, token: string): Promise<Account | undefined> {
  return await db
    .selectFrom('session')
    .innerJoin('account', 'account.id', 'session.account_id')
    .select(['account.id', 'account.name', 'account.role'])
    .where('session.token_hash', '=', tokenHash(token))
    .where('session.expires_at', '>', sql<Date>`now()`)
    .executeTakeFirst()
}

export async function endSession(db: Queryable, token: string): Promise<void> {
  await db.deleteFrom('session').where('token_hash', '=', tokenHash(token)).execute()
}
