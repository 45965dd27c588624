import { type ParseArgsOptionsConfig, parseArgs } from 'node:util'
import { didYouMean } from '../../config/settings/nearest-word.ts'
import { AppError } from '../../protocol/errors.ts'

/**
 * `parseArgs` whose complaints are one sentence.
 *
 * @param positionals how many words belong to the command, named for the complaint; `ID…` stands for one or more,
 *   `[ID…]` for any number
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
      const unknown = findUnknownOption(args, options)
      if (unknown !== undefined) {
        const names = Object.keys(options).map((name) => `--${name}`)
        throw wrong(`There is no option ${unknown}${didYouMean(unknown, names)}`, error)
      }
      throw wrong(
        (error instanceof Error ? error.message.split(/\.\s/)[0] : undefined) ?? String(error),
        error,
      )
    }
  })()
  const missing = positionals[parsed.positionals.length]
  if (missing && !missing.startsWith('[')) throw wrong(`${missing.replace('…', '')} is missing`)
  const isMany = /…\]?$/.test(positionals.at(-1) ?? '')
  const extra = isMany ? undefined : parsed.positionals[positionals.length]
  if (extra !== undefined) throw wrong(`${JSON.stringify(extra)} is one word too many`)
  if (Object.values(parsed.values).includes('') || parsed.positionals.includes('')) {
    throw wrong('An option or a word is empty')
  }
  return parsed
}

/** The first option that there is not, as it was written. */
function findUnknownOption(args: readonly string[], options: ParseArgsOptionsConfig): string | undefined {
  const { tokens } = parseArgs({
    args: [...args],
    options,
    allowPositionals: true,
    strict: false,
    tokens: true,
  })
  return tokens.flatMap((token) =>
    token.kind === 'option' && !(token.name in options) ? [token.rawName] : [],
  )[0]
}
