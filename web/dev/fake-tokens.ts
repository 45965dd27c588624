import type { ApiTokenView } from '../../protocol/api/account-routes.ts'
import { AppError } from '../../protocol/errors.ts'

const HOUR_MS = 3_600_000
const ago = (hours: number) => new Date(Date.now() - hours * HOUR_MS).toISOString()

export function fakeTokens(isUsed: boolean): ApiTokenView[] {
  if (!isUsed) return []
  return [
    { id: 2, name: 'monitor in the hall', scope: 'user', createdAt: ago(50), lastUsedAt: null },
    { id: 1, name: 'laptop', scope: 'admin', createdAt: ago(900), lastUsedAt: ago(0.2) },
  ]
}

/** The routes of tokens over an invented list. */
export function tokenHandlers(world: { tokens: ApiTokenView[] }) {
  return {
    listTokens: () => ({ items: world.tokens }),
    createToken: ({ body }: { body: { name: string; scope: 'admin' | 'user' } }) => {
      if (world.tokens.some(({ name }) => name === body.name)) {
        throw new AppError(
          'conflict',
          `You have a token “${body.name}” already: choose another name, or revoke it`,
        )
      }
      const view = { id: world.tokens.length + 10, ...body, createdAt: ago(0), lastUsedAt: null }
      world.tokens.unshift(view)
      return { ...view, token: 'hearth_q1Zk3vXo0mWc7TtP9sRfL2hYbUeN5dGjA8iKxCrVw4Q' }
    },
    deleteToken: ({ params }: { params: { id: number } }) => {
      world.tokens = world.tokens.filter(({ id }) => id !== params.id)
      return {}
    },
  }
}
