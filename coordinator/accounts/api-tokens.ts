import { sql } from 'kysely'
import type { Account, ApiTokenView } from '../../protocol/api/account-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { createToken, tokenHash } from './token-hash.ts'

/** So that whoever finds one in a log or a repository knows what it opens. */
const PREFIX = 'hearth_'
const MAX_TOKENS = 100
/** A use is written down at most this often: a busy program must not write a row with each request. */
const USE_INTERVAL = '1 minute'

/**
 * Makes a token for a program of this person.
 *
 * @returns the token itself, which nobody can see again
 * @throws AppError `conflict` for a name that is taken, `forbidden` for a scope that the person has not
 */
export async function createApiToken(
  db: Queryable,
  account: Account,
  { name, scope }: { name: string; scope: 'admin' | 'user' },
): Promise<{ token: string; view: ApiTokenView }> {
  if (scope === 'admin' && account.role !== 'admin') {
    throw new AppError('forbidden', 'Only an administrator can make a token that may do what one may')
  }
  const { count } = await db
    .selectFrom('api_token')
    .select((e) => e.fn.countAll<number>().as('count'))
    .where('account_id', '=', account.id)
    .executeTakeFirstOrThrow()
  if (Number(count) >= MAX_TOKENS) {
    throw new AppError('conflict', `You have ${MAX_TOKENS} tokens: revoke some that are not used any more`)
  }
  const token = PREFIX + createToken()
  const row = await db
    .insertInto('api_token')
    .values({ account_id: account.id, name, scope, token_hash: tokenHash(token) })
    .onConflict((conflict) => conflict.columns(['account_id', 'name']).doNothing())
    .returning(['id', 'name', 'scope', 'created_at', 'last_used_at'])
    .executeTakeFirst()
  if (row === undefined) {
    throw new AppError('conflict', `You have a token “${name}” already: choose another name, or revoke it`)
  }
  return { token, view: viewOf(row) }
}

/** A person's tokens, newest first. */
export async function listApiTokens(db: Queryable, accountId: number): Promise<ApiTokenView[]> {
  const rows = await db
    .selectFrom('api_token')
    .select(['id', 'name', 'scope', 'created_at', 'last_used_at'])
    .where('account_id', '=', accountId)
    .orderBy('id', 'desc')
    .execute()
  return rows.map(viewOf)
}

/** @throws AppError `not_found`, also for somebody else's */
export async function deleteApiToken(db: Queryable, accountId: number, id: number): Promise<void> {
  const { numDeletedRows } = await db
    .deleteFrom('api_token')
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirstOrThrow()
  if (Number(numDeletedRows) === 0) throw new AppError('not_found', 'You have no such token')
}

/** For whom a token acts, with no more rights than its scope; undefined when it is unknown or revoked. */
export async function findAccountByToken(db: Queryable, token: string): Promise<Account | undefined> {
  if (!token.startsWith(PREFIX)) return undefined
  const hash = tokenHash(token)
  const row = await db
    .selectFrom('api_token')
    .innerJoin('account', 'account.id', 'api_token.account_id')
    .select(['account.id', 'account.name', 'account.role', 'api_token.scope'])
    .where('api_token.token_hash', '=', hash)
    .executeTakeFirst()
  if (row === undefined) return undefined
  await db
    .updateTable('api_token')
    .set({ last_used_at: sql<Date>`now()` })
    .where('token_hash', '=', hash)
    .where(sql<boolean>`coalesce(last_used_at < now() - ${USE_INTERVAL}::interval, true)`)
    .execute()
  const { id, name, role, scope } = row
  return { id, name, role: role === 'admin' && scope === 'admin' ? 'admin' : 'user' }
}

function viewOf(row: {
  id: number
  name: string
  scope: 'admin' | 'user'
  created_at: Date
  last_used_at: Date | null
}): ApiTokenView {
  return {
    id: row.id,
    name: row.name,
    scope: row.scope,
    createdAt: row.created_at.toISOString(),
    lastUsedAt: row.last_used_at?.toISOString() ?? null,
  }
}
