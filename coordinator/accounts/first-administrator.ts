import { readFile } from 'node:fs/promises'
import { sql } from 'kysely'
import type { Account } from '../../protocol/api/account-routes.ts'
import { routes } from '../../protocol/api/routes.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Database, DatabaseTransaction, Queryable } from '../db/database.ts'
import { transact } from '../db/transact.ts'
import { hashPassword } from './password-hash.ts'

const NewAccount = routes.createSetup.body.pick({ name: true, password: true })
/** A password file that is larger is something else. */
const MAX_PASSWORD_FILE_BYTES = 4_096

export async function isSetupNeeded(db: Queryable): Promise<boolean> {
  const account = await db.selectFrom('account').select('id').limit(1).executeTakeFirst()
  return account === undefined
}

/**
 * Makes the first administrator; of several at once exactly one succeeds.
 *
 * @throws AppError `conflict` when there is an account already
 */
export async function createFirstAdministrator(
  db: Database,
  name: string,
  password: string,
): Promise<Account> {
  const passwordHash = await hashPassword(password)
  return await withAccountsLocked(db, async (tx) => {
    if (!(await isSetupNeeded(tx))) {
      throw new AppError('conflict', 'Hearth is already set up: sign in with the account that was made then')
    }
    return await insertAdministrator(tx, name, passwordHash)
  })
}

/**
 * Sees to it that an administrator of this name exists, for installations that nobody watches. An
 * account of this name is left as it is, whatever the file says: passwords are changed by people.
 *
 * @throws AppError `bad_request` when the file cannot be used; the message says why
 */
export async function ensureAdmin(
  db: Database,
  options: { name: string; passwordFile: string },
): Promise<'created' | 'exists'> {
  const password = await readPasswordFile(options.passwordFile)
  const parsed = NewAccount.safeParse({ name: options.name, password })
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const what =
      issue?.path[0] === 'name' ? 'The administrator’s name' : `The password in ${options.passwordFile}`
    throw new AppError('bad_request', `${what} cannot be used: it ${issue?.message}`)
  }
  if (await findByName(db, parsed.data.name)) return 'exists'
  const passwordHash = await hashPassword(parsed.data.password)
  return await withAccountsLocked(db, async (tx) => {
    if (await findByName(tx, parsed.data.name)) return 'exists'
    await insertAdministrator(tx, parsed.data.name, passwordHash)
    return 'created'
  })
}

async function readPasswordFile(path: string): Promise<string> {
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (cause) {
    const reason =
      (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : 'it cannot be read'
    throw new AppError('bad_request', `The password file ${path} cannot be used: ${reason}`, { cause })
  }
  if (Buffer.byteLength(text) > MAX_PASSWORD_FILE_BYTES) {
    throw new AppError(
      'bad_request',
      `The password file ${path} cannot be used: it is larger than a password`,
    )
  }
  return text.replace(/\r?\n$/, '')
}

/** Readers go on; whoever else wants to make an account waits, because a unique name alone does not say "first". */
async function withAccountsLocked<T>(
  db: Database,
  work: (tx: DatabaseTransaction) => Promise<T>,
): Promise<T> {
  return await transact(db, { durable: true }, async (tx) => {
    await sql`lock table account in share row exclusive mode`.execute(tx)
    return await work(tx)
  })
}

async function findByName(db: Queryable, name: string): Promise<number | undefined> {
  const account = await db
    .selectFrom('account')
    .select('id')
    .where(sql`lower(name)`, '=', sql`lower(${name})`)
    .executeTakeFirst()
  return account?.id
}

async function insertAdministrator(db: Queryable, name: string, passwordHash: string): Promise<Account> {
  return await db
    .insertInto('account')
    .values({ name, password_hash: passwordHash, role: 'admin' })
    .returning(['id', 'name', 'role'])
    .executeTakeFirstOrThrow()
}
