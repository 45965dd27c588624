import { AppError, type ErrorCode } from '../../protocol/errors.ts'
import { SmbError } from './smb/smb-error.ts'

/** What is wrong with one file and says nothing of those beside it. */
const aboutFile: readonly ErrorCode[] = [
  'bad_request',
  'file_missing',
  'file_unreadable',
  'file_changed',
  'refused_by_agent',
  'range_not_satisfiable',
]

/** Whether a source failed because of the file that was asked for, as it seems, and not as a whole. */
export function isAboutFile(error: unknown): boolean {
  if (error instanceof SmbError) return error.scope === 'file'
  return error instanceof AppError && aboutFile.includes(error.code)
}
