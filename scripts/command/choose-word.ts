import { didYouMean } from '../../config/settings/nearest-word.ts'
import { AppError } from '../../protocol/errors.ts'

/**
 * The part of a command that its first word names.
 *
 * @param words by name; the empty name is what happens without a word
 * @throws AppError `bad_request` for a word that there is not
 */
export function chooseWord<T>(
  command: string,
  args: readonly string[],
  words: Readonly<Record<string, T>>,
): { chosen: T; rest: readonly string[] } {
  const [word = '', ...rest] = args
  const known = Object.keys(words).filter((name) => name !== '')
  const chosen = words[word]
  if (chosen !== undefined && word !== '') return { chosen, rest }
  const withoutWord = words['']
  if (withoutWord !== undefined && (word === '' || word.startsWith('-')))
    return { chosen: withoutWord, rest: args }
  const complaint =
    word === '' || word.startsWith('-')
      ? `Say what to do: ${known.join(', ')}`
      : `There is no hearth ${command} ${word}${didYouMean(word, known)}`
  throw new AppError('bad_request', `${complaint}; see hearth ${command} --help`)
}
