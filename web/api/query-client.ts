import { QueryCache, QueryClient } from '@tanstack/react-query'
import { AppError, errorRules } from '../../protocol/errors.ts'

/** Read again at the latest after this long, should a live event have been missed. */
const STALE_MS = 30_000
/** A machine that is woken is asked again so often: three minutes. */
const WAKE_TRIES = 36
const WAKE_TRY_MS = 5_000

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
        retry: (failures, error) => isWorthWaiting(failures, error) || (failures < 2 && mayHelp(error)),
        retryDelay: (failures, error) => (isWaking(error) ? WAKE_TRY_MS : 1_000 * 2 ** failures),
        refetchOnWindowFocus: true,
      },
    },
  })
}

export function isSignedOut(error: unknown): boolean {
  return error instanceof AppError && error.code === 'unauthenticated'
}

/** Somebody is being got out of bed to answer. */
export function isWaking(error: unknown): error is AppError {
  return error instanceof AppError && error.code === 'machine_asleep'
}

/** Whether a question is asked again because whoever can answer it is still being woken. */
export function isWorthWaiting(failures: number, error: unknown): boolean {
  return isWaking(error) && failures < WAKE_TRIES
}

/** Where somebody has to bring a model first, asking again only makes the page wait. */
function mayHelp(error: unknown): boolean {
  if (!(error instanceof AppError) || error.code === 'model_missing') return false
  return errorRules[error.code].retry !== 'never'
}
