import type { Context } from 'koa'
import { AppError } from '../../../protocol/errors.ts'
import { createApiToken, deleteApiToken, listApiTokens } from '../../accounts/api-tokens.ts'
import type { Database } from '../../db/database.ts'
import type { Handlers } from '../handler.ts'

type Names = 'listTokens' | 'createToken' | 'deleteToken'

export function tokenHandlers({ db }: { db: Database }): Pick<Handlers, Names> {
  return {
    listTokens: async ({ caller }) => ({ items: await listApiTokens(db, caller.id) }),
    createToken: async ({ body, caller, context }) => {
      refuseToken(context)
      const { token, view } = await createApiToken(db, caller, body)
      return { ...view, token }
    },
    deleteToken: async ({ params, caller, context }) => {
      refuseToken(context)
      await deleteApiToken(db, caller.id, params.id)
      return {}
    },
  }
}

/** A token that could make others would outlive its own revocation. */
function refuseToken(context: Context): void {
  if (context.headers.authorization !== undefined) {
    throw new AppError('forbidden', 'Tokens are made and revoked by people: sign in on the web page')
  }
}
