import { QueryCache, QueryClient } from '@tanstack/react-query'
import { AppError, errorRules } from '../../protocol/errors.ts'

/** Read again at the latest after this long, should a live event have been missed. */
const STALE_MS = 30_000

/** @param onSignedOut called when the server no longer knows the session */
export function createQueryClient(onSignedOut: () => void): QueryClient {
  return new QueryClient({
    queryCache: new QueryCache({
      onError: (error) => {
        if (isSignedOut(error)) onSignedOut()
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: STALE_MS,
        retry: (failures, error) => failures < 2 && mayHelp(error),
        refetchOnWindowFocus: true,
      },
    },
  })
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unauthenticated'
}

/** Where somebody has to bring a model first, asking again only makes the page wait. */
function mayHelp(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code === 'model_missing') return false
  return errorRules[error.code].retry !== 'never'
}
