import { AppError } from '../../../protocol/errors.ts'
import { showUrl } from './show-url.ts'

/** Why a server could not be asked, for the person who named it. */
export function describeSilence(url: string, error: unknown): AppError {
  const reason = error instanceof Error ? error.message || error.name : String(error)
  return new AppError(
    'unavailable',
    `The Postgres server ${showUrl(url)} cannot be used (${reason}): check the address, the name and the password, and that the server runs`,
    { cause: error },
  )
}
