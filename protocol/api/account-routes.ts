import { z } from 'zod'
import { idParams, Nothing } from '../asset-query.ts'
import { AccountId } from '../ids.ts'
import type { RouteContract } from './route-contract.ts'

/** Cookie of a browser's session. */
export const SESSION_COOKIE = 'hearth_session'

const Password = z.string().min(10, 'must have at least 10 characters').max(1_024)
const AccountName = z.string().trim().min(1).max(64)

export const Account = z
  .object({ id: AccountId, name: z.string(), role: z.enum(['admin', 'user']) })
  .meta({ id: 'Account' })
export type Account = z.infer<typeof Account>

export const ApiTokenView = z
  .object({
    id: z.int().positive(),
    name: z.string(),
    /** What it may do at most; never more than its owner. */
    scope: z.enum(['admin', 'user']),
    createdAt: z.iso.datetime(),
    /** To the minute. */
    lastUsedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'ApiToken' })
export type ApiTokenView = z.infer<typeof ApiTokenView>

/** Who may come in. */
export const accountRoutes = {
  getSetup: {
    method: 'get',
    path: '/api/setup',
    access: 'public',
    summary: 'Whether the first administrator still has to be made, and where everything will be kept',
    answer: z.object({ needed: z.boolean(), embeddedDatabase: z.boolean() }),
  },
  createSetup: {
    method: 'post',
    path: '/api/setup',
    access: 'public',
    summary: 'Make the first administrator with the one-time token that the server printed',
    body: z.object({ token: z.string().max(256), name: AccountName, password: Password }),
    answer: Account,
  },
  getSession: {
    method: 'get',
    path: '/api/session',
    access: 'user',
    summary: 'Who is signed in',
    answer: Account,
  },
  createSession: {
    method: 'post',
    path: '/api/session',
    access: 'public',
    summary: 'Sign in; sets the session cookie',
    body: z.object({ name: AccountName, password: z.string().max(1_024) }),
    answer: Account,
  },
  deleteSession: {
    method: 'delete',
    path: '/api/session',
    access: 'user',
    summary: 'Sign out',
    answer: Nothing,
  },
  listTokens: {
    method: 'get',
    path: '/api/tokens',
    access: 'user',
    summary: 'Your tokens for programs, newest first',
    answer: z.object({ items: z.array(ApiTokenView) }),
  },
  createToken: {
    method: 'post',
    path: '/api/tokens',
    access: 'user',
    summary:
      'Make a token with which a program acts for you; it is shown this once. Only for who is signed in',
    body: z.object({ name: z.string().trim().min(1).max(64), scope: z.enum(['admin', 'user']) }),
    answer: ApiTokenView.extend({ token: z.string() }),
  },
  deleteToken: {
    method: 'delete',
    path: '/api/tokens/:id',
    access: 'user',
    summary: 'Revoke one of your tokens; the next request with it is refused',
    params: idParams,
    answer: Nothing,
  },
} as const satisfies Record<string, RouteContract>
