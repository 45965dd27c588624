import type { Context } from 'koa'
import type { Account } from '../../../protocol/api/account-routes.ts'
import { AppError } from '../../../protocol/errors.ts'
import { createFirstAdministrator, isSetupNeeded } from '../../accounts/first-administrator.ts'
import { endSession, startSession } from '../../accounts/sessions.ts'
import type { SetupToken } from '../../accounts/setup-token.ts'
import { requireAccount } from '../../accounts/sign-in.ts'
import type { Database } from '../../db/database.ts'
import type { DatabaseWatch } from '../../db/watch/database-watch.ts'
import { sessionTokenOf } from '../authenticate.ts'
import type { Handlers } from '../handler.ts'
import { RateLimit } from '../rate-limit.ts'
import { isSecureRequest, writeSessionCookie } from '../session-cookie.ts'

type Names = 'getSetup' | 'createSetup' | 'getSession' | 'createSession' | 'deleteSession'

type Dependencies = {
  db: Database
  watch: Pick<DatabaseWatch, 'isEmbedded'>
  publicOrigins: readonly string[]
  setupToken: SetupToken
  onSignOut: (token: string) => void
}

const WINDOW_MS = 60_000
const TRIES_PER_ACCOUNT = 10
/** Of all accounts together: who tries many names is not a household. */
const TRIES_PER_ADDRESS = 30

export function accountHandlers(dependencies: Dependencies): Pick<Handlers, Names> {
  const { db, watch, publicOrigins, setupToken } = dependencies
  const byAccount = new RateLimit({ limit: TRIES_PER_ACCOUNT, windowMs: WINDOW_MS })
  const byAddress = new RateLimit({ limit: TRIES_PER_ADDRESS, windowMs: WINDOW_MS })

  const countTry = (context: Context, account: string): void => {
    byAddress.count(context.ip)
    byAccount.count(`${context.ip} ${account}`)
  }
  const signIn = async (context: Context, account: Account): Promise<void> => {
    const replaced = sessionTokenOf(context, publicOrigins)
    const session = await startSession(db, account.id, replaced)
    if (replaced !== undefined) dependencies.onSignOut(replaced)
    context.set('set-cookie', writeSessionCookie(session, isSecureRequest(context.req, publicOrigins)))
  }

  return {
    getSetup: async () => ({ needed: await isSetupNeeded(db), embeddedDatabase: watch.isEmbedded }),
    createSetup: async ({ body, context }) => {
      countTry(context, '/setup')
      if (!(await isSetupNeeded(db))) {
        throw new AppError(
          'conflict',
          'Hearth is already set up: sign in with the account that was made then',
        )
      }
      if (!setupToken.matches(body.token)) {
        throw new AppError(
          'forbidden',
          'This setup link is not valid; open the one that the server printed last',
        )
      }
      const account = await createFirstAdministrator(db, body.name, body.password)
      await signIn(context, account)
      return account
    },
    getSession: async ({ caller }) => caller,
    createSession: async ({ body, context }) => {
      countTry(context, body.name.toLowerCase())
      const account = await requireAccount(db, body.name, body.password)
      await signIn(context, account)
      return account
    },
    deleteSession: async ({ context }) => {
      const token = sessionTokenOf(context, publicOrigins)
      if (token !== undefined) {
        await endSession(db, token)
        dependencies.onSignOut(token)
      }
      context.set('set-cookie', writeSessionCookie(null, isSecureRequest(context.req, publicOrigins)))
      return {}
    },
  }
}
