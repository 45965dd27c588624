import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createFirstAdministrator, ensureAdmin, isSetupNeeded } from './first-administrator.ts'
import { hashPassword, verifyPassword } from './password-hash.ts'
import { endSession, findSession, startSession } from './sessions.ts'
import { SetupToken } from './setup-token.ts'
import { requireAccount } from './sign-in.ts'

const password = 'correct horse battery'

test('a password is stored as Argon2id with 19 MiB and two passes, and salted', async () => {
  const [one, other] = await Promise.all([hashPassword(password), hashPassword(password)])
  expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(one).not.toBe(other)
  await expect(verifyPassword(password, one)).resolves.toBe(true)
  await expect(verifyPassword('correct horse', one)).resolves.toBe(false)
})

test('a password typed on another system, composed differently, still fits', async () => {
  const hash = await hashPassword('pässwörd-1234'.normalize('NFD'))
  await expect(verifyPassword('pässwörd-1234'.normalize('NFC'), hash)).resolves.toBe(true)
})

test('an unknown account costs as much time as a wrong password', async () => {
  const hash = await hashPassword(password)
  const medianMs = async (of: string | undefined) => {
    const times: number[] = []
    for (let run = 0; run < 9; run += 1) {
      const start = performance.now()
      await verifyPassword('something else', of)
      times.push(performance.now() - start)
    }
    return times.sort((a, b) => a - b)[4]!
  }
  const known = await medianMs(hash)
  const unknown = await medianMs(undefined)
  expect(unknown / known).toBeGreaterThan(0.5)
  expect(unknown / known).toBeLessThan(2)
})

test('a stampede of sign-ins is refused instead of taking all the memory', async () => {
  const hash = await hashPassword(password)
  const outcomes = await Promise.allSettled(Array.from({ length: 80 }, () => verifyPassword('wrong', hash)))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused.length).toBe(80 - 2 - 32)
  await expect(verifyPassword(password, hash)).resolves.toBe(true)
})

test('of twenty concurrent setups one makes the administrator', async () => {
  await using fresh = await freshDatabase()
  expect(await isSetupNeeded(fresh.db)).toBe(true)
  const outcomes = await Promise.allSettled(
    Array.from({ length: 20 }, (_, i) => createFirstAdministrator(fresh.db, `admin ${i}`, password)),
  )
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
  for (const outcome of outcomes) {
    if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'conflict' })
  }
  expect(await fresh.db.selectFrom('account').selectAll().execute()).toHaveLength(1)
  expect(await isSetupNeeded(fresh.db)).toBe(false)
})

test('a session ends by signing out, by signing in again and by time; the database has no usable token', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const account = await createFirstAdministrator(db, 'Ada', password)
  const first = await startSession(db, account.id)
  await expect(findSession(db, first.token)).resolves.toEqual(account)
  const stored = await db.selectFrom('session').selectAll().executeTakeFirstOrThrow()
  expect(stored.token_hash.toString('base64url')).not.toBe(first.token)
  expect(first.expiresAt.getTime() - Date.now()).toBeGreaterThan(29.9 * 86_400_000)

  const second = await startSession(db, account.id, first.token)
  await expect(findSession(db, first.token)).resolves.toBeUndefined()
  await endSession(db, second.token)
  await expect(findSession(db, second.token)).resolves.toBeUndefined()

  const third = await startSession(db, account.id)
  await sql`update session set expires_at = now() - interval '1 second'`.execute(db)
  await expect(findSession(db, third.token)).resolves.toBeUndefined()
})

test('signing in ignores the case of the name and says the same for every failure', async () => {
  await using fresh = await freshDatabase()
  await createFirstAdministrator(fresh.db, 'Ada', password)
  await expect(requireAccount(fresh.db, 'ADA', password)).resolves.toMatchObject({
    name: 'Ada',
    role: 'admin',
  })
  const failures = await Promise.allSettled([
    requireAccount(fresh.db, 'Ada', 'not the password'),
    requireAccount(fresh.db, 'Bob', password),
  ])
  const messages = failures.map((failure) => failure.status === 'rejected' && failure.reason.message)
  expect(messages[0]).toBe(messages[1])
})

test('an unattended administrator is made once and keeps the first password', async () => {
  await using fresh = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'hearth-admin-'))
  const passwordFile = join(folder, 'password')
  try {
    await writeFile(passwordFile, `${password}\r\n`)
    const runs = await Promise.all(
      Array.from({ length: 5 }, () => ensureAdmin(fresh.db, { name: 'Ada', passwordFile })),
    )
    expect(runs.filter((run) => run === 'created')).toHaveLength(1)
    await expect(requireAccount(fresh.db, 'ada', password)).resolves.toMatchObject({ role: 'admin' })

    await writeFile(passwordFile, 'another password')
    await expect(ensureAdmin(fresh.db, { name: 'Ada', passwordFile })).resolves.toBe('exists')
    await expect(requireAccount(fresh.db, 'ada', password)).resolves.toMatchObject({ role: 'admin' })

    await writeFile(passwordFile, 'short\n')
    const short = await ensureAdmin(fresh.db, { name: 'Eve', passwordFile }).catch((error: unknown) => error)
    expect(short).toBeInstanceOf(AppError)
    expect(String(short)).toContain('must have at least 10 characters')
    await expect(ensureAdmin(fresh.db, { name: 'Eve', passwordFile: join(folder, 'none') })).rejects.toThrow(
      'there is no such file',
    )
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('only the setup token itself matches', () => {
  const token = new SetupToken()
  expect(token.value.length).toBe(43)
  expect(token.matches(token.value)).toBe(true)
  expect(token.matches('')).toBe(false)
  expect(token.matches(new SetupToken().value)).toBe(false)
})
