import { AppError } from '../../../protocol/errors.ts'

/** How Postgres begins the line that says why it ends. */
const lastWords = /^.*?\b(?:FATAL|PANIC):\s*/
const noRoom = /no space left on device/i

/**
 * Why an engine did not open its folder, for the owner of the data. Its own words are kept; PGlite says only that
 * something went wrong.
 *
 * @param lines what the engine wrote, in order
 */
export function explainRefusedOpening(folder: string, lines: readonly string[], error: unknown): AppError {
  if (error instanceof AppError) return error
  const word = lines.findLast((line) => lastWords.test(line))?.replace(lastWords, '')
  const own = error instanceof Error ? error.message : String(error)
  const reason = (word ?? own).slice(0, 500)
  if (noRoom.test(reason)) {
    return new AppError(
      'disk_full',
      `The embedded database in ${folder} cannot be opened, because its disk is full (${reason}): free some space; nothing is lost`,
      { cause: error },
    )
  }
  return new AppError(
    'database_damaged',
    `The embedded database in ${folder} cannot be opened: its files are damaged (${reason})`,
    { cause: error },
  )
}
