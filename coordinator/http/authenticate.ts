import type { Context } from 'koa'
import type { Account } from '../../protocol/api/account-routes.ts'
import type { Access } from '../../protocol/api/route-contract.ts'
import { AppError } from '../../protocol/errors.ts'
import { findAccountByToken } from '../accounts/api-tokens.ts'
import { findAgentByToken } from '../accounts/find-agent.ts'
import type { LocalAccess } from '../accounts/local-access.ts'
import { findSession } from '../accounts/sessions.ts'
import type { Database } from '../db/database.ts'
import { isSecureRequest, readSessionCookie } from './session-cookie.ts'

/** What is asked about who calls. */
export type Doorkeeper = {
  db: Database
  publicOrigins: readonly string[]
  /** Null where nobody is let in for being on this machine. */
  localAccess: LocalAccess | null
}

export type Caller = Account | { agentId: number } | undefined

/**
 * Lets a request in or throws. Each kind of access asks for its own proof: a session or a token of a person
 * opens nothing that is for agents, and an agent's token nothing that is for people.
 *
 * @throws AppError `unauthenticated` or `forbidden`
 */
export async function requireAccess(door: Doorkeeper, access: Access, context: Context): Promise<Caller> {
  switch (access) {
    case 'public':
      return undefined
    case 'agent':
      return { agentId: await requireAgent(door.db, context) }
    case 'user':
      return await requireUser(door, context)
    case 'admin': {
      const account = await requireUser(door, context)
      if (account.role !== 'admin') throw new AppError('forbidden', 'Only an administrator may do this')
      return account
    }
  }
}

/** The session's cookie of a request, as it was sent. */
export function sessionTokenOf(context: Context, publicOrigins: readonly string[]): string | undefined {
  return readSessionCookie(context.headers.cookie, isSecureRequest(context.req, publicOrigins))
}

async function requireUser(door: Doorkeeper, context: Context): Promise<Account> {
  const bearer = bearerOf(context)
  // Whoever shows a token is who the token says, or nobody.
  if (bearer !== undefined) {
    const account =
      (await findAccountByToken(door.db, bearer)) ?? (await door.localAccess?.findAccount(door.db, bearer))
    if (!account) throw new AppError('unauthenticated', 'This token is not valid, or not any more')
    return account
  }
  const token = sessionTokenOf(context, door.publicOrigins)
  const account = token === undefined ? undefined : await findSession(door.db, token)
  if (!account) throw new AppError('unauthenticated', 'Sign in first')
  return account
}

async function requireAgent(db: Database, context: Context): Promise<number> {
  const token = bearerOf(context)
  const agentId = token === undefined ? undefined : await findAgentByToken(db, token)
  if (agentId === undefined) {
    throw new AppError('unauthenticated', 'This is for agents, with the token of their last hello')
  }
  return agentId
}

function bearerOf(context: Context): string | undefined {
  return /^Bearer ([\x21-\x7e]{16,256})$/i.exec(context.headers.authorization ?? '')?.[1]
}
