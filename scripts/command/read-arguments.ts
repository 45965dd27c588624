import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { AppError } from '../../protocol/errors.ts'

/**
 * `parseArgs` whose complaints are one sentence.
 *
 * @param positionals how many words belong to the command, named for the complaint
 * @throws AppError `bad_request`
 */
export function readArguments<T extends ParseArgsOptionsConfig>(
  command: string,
  args: readonly string[],
  options: T,
  positionals: readonly string[] = [],
) {
  const wrong = (reason: string, cause?: unknown) =>
    new AppError('bad_request', `${reason}; see hearth ${command} --help`, { cause })
  const parsed = (() => {
    try {
      return parseArgs({ args: [...args], options, allowPositionals: true, strict: true })
    } catch (error) {
      throw wrong(
        (error instanceof Error ? error.message.split(/\.\s/)[0] : undefined) ?? String(error),
        error,
      )
    }
  })()
  const missing = positionals[parsed.positionals.length]
  if (missing) throw wrong(`${missing} is missing`)
  const extra = parsed.positionals[positionals.length]
  if (extra !== undefined) throw wrong(`${JSON.stringify(extra)} is one word too many`)
  if (Object.values(parsed.values).includes('') || parsed.positionals.includes('')) {
    throw wrong('An option or a word is empty')
  }
  return parsed
}
