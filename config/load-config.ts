import { parseArgs } from 'node:util'
import { z } from 'zod'
import { AppError } from '../protocol/errors.ts'
import { environment } from './environment.ts'
import type { SectionName } from './hearth-config.ts'
import { flagName, listSettings } from './settings/list-settings.ts'
import { loadSources } from './settings/load-sources.ts'
import { didYouMean } from './settings/nearest-word.ts'
import { resolveSettings } from './settings/resolve-settings.ts'

/**
 * Reads this process's configuration.
 *
 * A supervised process finds all of it as JSON in `HEARTH_CONFIG` (an environment is not visible to other
 * users). One that was started by itself has a section of the file, `.env`, environment and flags.
 *
 * @param section undefined for a process that is always supervised
 * @throws AppError `bad_request` that lists every problem
 */
export function loadConfig<T extends z.ZodType>(schema: T, section?: SectionName): z.output<T> {
  const handedOver = environment.variables().HEARTH_CONFIG
  if (handedOver !== undefined) return parseConfig(schema, handedOver, 'HEARTH_CONFIG')
  if (section === undefined) {
    throw new AppError('bad_request', 'This process is started by npm start, with its configuration')
  }
  const { config, ...values } = readFlagsOf(section, schema, process.argv.slice(2))
  const { mistakes, values: parsed } = resolveSettings(
    section,
    schema,
    loadSources({ configFile: config, flags: { section, values } }),
  )
  if (parsed === undefined) throw new AppError('bad_request', describeMistakes(mistakes))
  return parsed
}

/** All mistakes of a configuration, a line each. */
export function describeMistakes(mistakes: readonly string[]): string {
  const first = mistakes.length === 1 ? 'The configuration is wrong:' : 'The configuration has mistakes:'
  return [first, ...mistakes.map((mistake) => `  ${mistake}`)].join('\n')
}

/**
 * The flags of one section on a command line, by their names without dashes; words before them are skipped.
 *
 * @throws AppError `bad_request` for one that there is not
 */
export function readFlagsOf(
  section: SectionName,
  schema: z.ZodType,
  args: readonly string[],
): { config?: string } & Record<string, string> {
  const names = listSettings(schema).map(({ path }) => flagName(`${section}.${path}`).slice(2))
  const known = ['config', ...names]
  const { tokens } = parseArgs({ args: [...args], strict: false, tokens: true, allowPositionals: true })
  const unknown = tokens.find((token) => token.kind === 'option' && !known.includes(token.name))
  if (unknown?.kind === 'option') {
    const hint = didYouMean(
      unknown.rawName,
      known.map((name) => `--${name}`),
    )
    throw new AppError('bad_request', `There is no option ${unknown.rawName}${hint}`)
  }
  try {
    const options = Object.fromEntries(known.map((name) => [name, { type: 'string' as const }]))
    const { values } = parseArgs({ args: [...args], options, allowPositionals: true })
    return values as { config?: string } & Record<string, string>
  } catch (error) {
    const reason = error instanceof Error ? error.message.split(/\.\s/)[0] : String(error)
    throw new AppError('bad_request', `${reason}`, { cause: error })
  }
}

/** @throws AppError `bad_request` that lists every problem */
export function parseConfig<T extends z.ZodType>(schema: T, text: string, source: string): z.output<T> {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw new AppError('bad_request', `The configuration in ${source} is not JSON`, { cause: error })
  }
  const parsed = schema.safeParse(value)
  if (!parsed.success) {
    throw new AppError(
      'bad_request',
      `The configuration in ${source} is wrong:\n${z.prettifyError(parsed.error)}`,
    )
  }
  return parsed.data
}
