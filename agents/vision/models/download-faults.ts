import { AppError } from '../../../protocol/errors.ts'
import type { FileToFetch } from './fetch-rest.ts'

export function tooLarge(file: FileToFetch): AppError {
  return new AppError(
    'model_broken',
    `${file.url} gives more than the ${file.sizeBytes} bytes of the model’s file: it is another one, and was not taken`,
  )
}

/** What an answer that brings no file says of another try. */
export function refusal(status: number, url: string): AppError {
  const isPassing = status === 408 || status === 429 || status >= 500
  if (isPassing) return new AppError('unavailable', `${url} answers ${status}`)
  const code = status === 401 || status === 403 ? 'forbidden' : 'not_found'
  return new AppError(code, `${url} answers ${status}: the file is not there any more, or not for everybody`)
}

/** @param error of a request, or of the disk */
export function toFault(error: unknown, url: string): AppError {
  if (error instanceof AppError) return error
  const isFile = error instanceof Error && 'syscall' in error && 'path' in error
  if (isFile) return new AppError('file_unreadable', error.message, { cause: error })
  const reason = error instanceof Error ? describe(error) : String(error)
  return new AppError('unavailable', `${url} cannot be reached (${reason})`, { cause: error })
}

/** `fetch failed` says nothing; its cause does. */
function describe(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message
}
