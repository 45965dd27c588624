import { didYouMean } from '../../config/settings/nearest-word.ts'
import { AppError } from '../../protocol/errors.ts'

/**
 * The one that a person means by a name or a number.
 *
 * @param what for the complaint: `agent`
 * @throws AppError `bad_request` when there is none, or more than one
 */
export function findNamed<T extends { id: number; name: string }>(
  what: string,
  word: string,
  all: readonly T[],
): T {
  const byId = all.find(({ id }) => String(id) === word)
  const byName = all.filter(({ name }) => name.toLowerCase() === word.toLowerCase())
  if (byName.length > 1) {
    const ids = byName.map(({ id }) => id).join(', ')
    throw new AppError('bad_request', `There are several of the name ${word}: give a number, one of ${ids}`)
  }
  const found = byName[0] ?? byId
  if (found !== undefined) return found
  const names = all.map(({ name }) => name)
  const hint = didYouMean(word, names) || (names.length > 0 ? `; there are ${names.join(', ')}` : '')
  throw new AppError('bad_request', `There is no ${what} ${word}${hint}`)
}
