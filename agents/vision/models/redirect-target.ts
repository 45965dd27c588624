import { AppError } from '../../../protocol/errors.ts'

/**
 * Where an answer leads. From an encrypted address only another encrypted one is followed.
 *
 * @param location as the answer has it, also relative
 * @throws AppError `forbidden`
 */
export function redirectTarget(from: URL, location: string | null): URL {
  const to = location === null ? null : URL.parse(location, from)
  if (to === null) throw new AppError('forbidden', `${from.href} leads to an address that is none`)
  if (to.protocol === 'https:' || (to.protocol === 'http:' && from.protocol === 'http:')) return to
  throw new AppError('forbidden', `${from.href} leads to ${to.protocol}//${to.host}, which is not encrypted`)
}
