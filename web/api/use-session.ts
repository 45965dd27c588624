import { useQuery } from '@tanstack/react-query'
import type { Account } from '../../protocol/api/account-routes.ts'
import { sessionQuery } from './queries.ts'

/** Who is signed in; behind the guard of the router there always is somebody. */
export function useSession(): Account | null {
  return useQuery(sessionQuery).data ?? null
}

export function useIsAdmin(): boolean {
  return useSession()?.role === 'admin'
}
