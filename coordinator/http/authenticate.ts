import type { Context } from 'koa'
import type { Access, Account } from '../../protocol/api.ts'
import { AppError } from '../../protocol/errors.ts'
import { findAgentByToken } from '../accounts/find-agent.ts'
import { findSession } from '../accounts/sessions.ts'
import type { Database } from '../db/database.ts'
import { isSecureRequest, readSessionCookie } from './session-cookie.ts'

export type Caller = Account | { agentId: number } | undefined

/**
 * Lets a request in or throws. Each kind of access asks for its own proof: a session opens nothing that
 * is for agents, and an agent's token nothing that is for people.
 *
 * @throws AppError `unauthenticated` or `forbidden`
 */
export async function requireAccess(
  db: Database,
  access: Access,
  context: Context,
  publicOrigins: readonly string[],
): Promise<Caller> {
  switch (access) {
    case 'public':
      return undefined
    case 'agent':
      return { agentId: await requireAgent(db, context) }
    case 'user':
      return await requireUser(db, context, publicOrigins)
    case 'admin': {
      const account = await requireUser(db, context, publicOrigins)
      if (account.role !== 'admin') throw new AppError('forbidden', 'Only an administrator may do this')
      return account
    }
  }
}

/** The session's cookie of a request, as it was sent. */
export function sessionTokenOf(context: Context, publicOrigins: readonly string[]): string | undefined {
  return readSessionCookie(context.headers.cookie, isSecureRequest(context.headers, publicOrigins))
}

async function requireUser(
  db: Database,
  context: Context,
  publicOrigins: readonly string[],
): Promise<Account> {
  const token = sessionTokenOf(context, publicOrigins)
  const account = token === undefined ? undefined : await findSession(db, token)
  if (!account) throw new AppError('unauthenticated', 'Sign in first')
  return account
}

async function requireAgent(db: Database, context: Context): Promise<number> {
  const token = /^Bearer ([\x21-\x7e]{16,256})$/i.exec(context.headers.authorization ?? '')?.[1]
  const agentId = token === undefined ? undefined : await findAgentByToken(db, token)
  if (agentId === undefined) {
    throw new AppError('unauthenticated', 'This is for agents, with the token of their last hello')
  }
  return agentId
}
