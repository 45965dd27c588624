import { sql } from 'kysely'
import type { Account } from '../../protocol/api/account-routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Queryable } from '../db/database.ts'
import { verifyPassword } from './password-hash.ts'

/** @throws AppError `unauthenticated`, the same for a wrong name and a wrong password */
export async function requireAccount(db: Queryable, name: string, password: string): Promise<Account> {
  const account = await db
    .selectFrom('account')
    .select(['id', 'name', 'role', 'password_hash as passwordHash'])
    .where(sql`lower(name)`, '=', sql`lower(${name})`)
    .executeTakeFirst()
  if (!(await verifyPassword(password, account?.passwordHash)) || !account) {
    throw new AppError('unauthenticated', 'The name or the password is wrong')
  }
  return { id: account.id, name: account.name, role: account.role }
}
