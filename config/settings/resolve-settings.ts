import type { z } from 'zod'
import { type Given, GivenValues } from './given-values.ts'
import { environmentName, listSettings, type Setting } from './list-settings.ts'
import { readFileText, readFlags, readVariables, type SourceReading } from './read-sources.ts'

export type Sources = {
  /** Null when there is no configuration file. */
  file: { name: string; text: string } | null
  /** Variables of the `.env` beside it. */
  dotEnv: Readonly<Record<string, string | undefined>>
  environment: Readonly<Record<string, string | undefined>>
  /** Flags of one section's command; empty for a command that belongs to none. */
  flags: { section: string; values: Readonly<Record<string, string | boolean | undefined>> } | null
  /** Reads a secret; throws when it cannot. */
  readSecret: (path: string) => string
}

export type ResolvedSetting = {
  setting: Setting
  value: unknown
  /** Where its value comes from: a line of a file, a variable, a flag, `default`, or `not set`. */
  origin: string
}

export type Resolved<T extends z.ZodType> = {
  settings: ResolvedSetting[]
  /** All that is wrong, one sentence each; empty when `values` may be used. */
  mistakes: string[]
  values: z.output<T> | undefined
}

/**
 * Brings the sources together: file < `.env` < environment < flags, and defaults below them all.
 *
 * @param section a part of the configuration, as it stands in files
 */
export function resolveSettings<T extends z.ZodType>(
  section: string,
  schema: T,
  sources: Sources,
): Resolved<T> {
  const settings = listSettings(schema).map((setting) => ({ ...setting, path: `${section}.${setting.path}` }))
  const mistakes: string[] = []
  const given = new GivenValues()
  for (const reading of readAll(sources, section, settings)) {
    mistakes.push(...reading.mistakes)
    for (const value of reading.given) given.give(secretOf(value, settings, sources, mistakes))
  }
  const parsed = schema.safeParse(given.objectAt(section))
  if (!parsed.success) {
    for (const issue of parsed.error.issues) mistakes.push(sentenceOf(issue, section, settings, given))
  }
  return {
    settings: settings.map((setting) => resolved(setting, given, parsed.data)),
    mistakes: [...new Set(mistakes)],
    values: mistakes.length === 0 ? parsed.data : undefined,
  }
}

/** Those of other sections are somebody else's; what is in no section at all is told by whoever reads all of them. */
function* readAll(sources: Sources, section: string, settings: Setting[]): Generator<SourceReading> {
  const { file, dotEnv, environment, flags } = sources
  if (file !== null) {
    const { given, mistakes } = readFileText(file.text, file.name, settings)
    yield { given, mistakes: mistakes.filter((text) => isAbout(text, section)) }
  }
  yield readVariables(dotEnv, '.env', settings)
  yield readVariables(environment, 'the environment', settings)
  if (flags?.section === section) yield readFlags(flags.values, settings)
}

/** Mistakes in the text as such are everybody's. */
function isAbout(mistake: string, section: string): boolean {
  return mistake.startsWith(`${section}.`) || !mistake.includes('there is no such setting')
}

/** A secret may be given as a file that holds it. */
function secretOf(given: Given, settings: Setting[], sources: Sources, mistakes: string[]): Given {
  const path = given.path.replace(/File$/, '')
  const isFile = path !== given.path && settings.some((setting) => setting.path === path && setting.isSecret)
  if (!isFile) return given
  try {
    const value = sources.readSecret(String(given.value)).trim()
    return { path, value, origin: `the file ${given.value} (${given.origin})` }
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    mistakes.push(`${given.path} (${given.origin}): the file cannot be read: ${reason}`)
    return { ...given, path, value: '' }
  }
}

function sentenceOf(
  issue: z.core.$ZodIssue,
  section: string,
  settings: Setting[],
  given: GivenValues,
): string {
  const path = [section, ...issue.path].join('.')
  const found = given.find(path)
  if (found !== undefined && found.value !== undefined) {
    return `${path} (${found.origin}): ${lowerFirst(issue.message)}`
  }
  const names = settings
    .filter((setting) => setting.path === path || setting.path.startsWith(`${path}.`))
    .map((setting) => `${setting.path} (or ${environmentName(setting.path)})`)
  return `${path} is missing: set ${names.slice(0, 2).join(', or ') || path}`
}

function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1)
}

function resolved(setting: Setting, given: GivenValues, values: unknown): ResolvedSetting {
  const found = given.find(setting.path)
  if (found !== undefined) {
    const isWhole = found.path === setting.path
    return { setting, value: isWhole ? found.value : null, origin: found.origin }
  }
  const [, ...words] = setting.path.split('.')
  const value = words.reduce<unknown>(
    (at, word) => (typeof at === 'object' && at !== null ? (at as Record<string, unknown>)[word] : undefined),
    values,
  )
  const fallback = value ?? setting.defaultValue
  return { setting, value: fallback, origin: fallback === undefined ? 'not set' : 'default' }
}
