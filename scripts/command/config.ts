import { HearthConfig, type SectionName, sectionNames } from '../../config/hearth-config.ts'
import { describeMistakes } from '../../config/load-config.ts'
import { listSettings } from '../../config/settings/list-settings.ts'
import { loadSources } from '../../config/settings/load-sources.ts'
import { readFileText, sectionsOf } from '../../config/settings/read-sources.ts'
import {
  type ResolvedSetting,
  resolveSettings,
  type Sources,
} from '../../config/settings/resolve-settings.ts'
import { AppError } from '../../protocol/errors.ts'
import type { ConsoleScreen } from '../start/console-screen.ts'
import { chooseWord } from './choose-word.ts'
import type { Command } from './command.ts'
import { type Column, printTable } from './print-table.ts'
import { readArguments } from './read-arguments.ts'

const usage = `Usage: hearth config print [SECTION] [options]
       hearth config check [SECTION] [options]

print    every setting with its value and where that comes from; secrets are not shown
check    whether a coordinator or an agent could start with it; all mistakes at once

SECTION is ${sectionNames.join(' or ')}; without one, print shows all and check those in use.
What comes later wins: defaults, the file, .env beside it, HEARTH_… in the
environment, flags of a command. docs/configuration.md describes every setting.

  --config FILE        YAML or JSON (or HEARTH_CONFIG_FILE; else the first there is of
                       ~/.config/hearth/hearth.yaml and /etc/hearth/hearth.yaml)
  --changed            print: only what is not as it was delivered
  --json               print JSON on standard output

Examples:
  hearth config print --changed
  hearth config print agent --json
  HEARTH_COORDINATOR__PORT=9000 hearth config check coordinator`

const options = {
  config: { type: 'string' },
  changed: { type: 'boolean' },
  json: { type: 'boolean' },
} as const

/** `hearth config …` */
export const configCommand: Command = {
  usage,
  async run(args, screen) {
    const { chosen, rest } = chooseWord('config', args, { print, check })
    chosen(rest, screen)
  },
}

const columns: Column<ResolvedSetting>[] = [
  { title: 'setting', value: ({ setting }) => setting.path },
  { title: 'value', value: shownValue },
  { title: 'from', value: ({ origin }) => origin },
]

function print(args: readonly string[], screen: ConsoleScreen): void {
  const { values, sections, sources } = read(args)
  const resolved = sections.map((section) => resolveSettings(section, HearthConfig.shape[section], sources))
  const settings = resolved
    .flatMap((part) => part.settings)
    .filter(({ origin }) => !values.changed || !['default', 'not set'].includes(origin))
  if (values.json) {
    const shown = settings.map((entry) => ({
      setting: entry.setting.path,
      value: entry.setting.isSecret && entry.value !== undefined ? null : (entry.value ?? null),
      isSecret: entry.setting.isSecret,
      origin: entry.origin,
    }))
    process.stdout.write(`${JSON.stringify({ file: sources.file?.name ?? null, settings: shown })}\n`)
    return
  }
  screen.say(sources.file === null ? 'There is no configuration file' : `File: ${sources.file.name}`)
  printTable(columns, settings, 'Everything is as it was delivered')
}

function check(args: readonly string[], screen: ConsoleScreen): void {
  const { values, sections, sources, isNamed } = read(args)
  const mistakes = new Set(strayKeys(sources))
  for (const section of sections) {
    const { settings, mistakes: found } = resolveSettings(section, HearthConfig.shape[section], sources)
    const isInFile = sources.file !== null && sectionsOf(sources.file.text).includes(section)
    const isUsed = isInFile || settings.some(({ origin }) => !['default', 'not set'].includes(origin))
    if (isNamed || isUsed) for (const mistake of found) mistakes.add(mistake)
  }
  if (values.json) process.stdout.write(`${JSON.stringify({ mistakes: [...mistakes] })}\n`)
  if (mistakes.size > 0) throw new AppError('bad_request', describeMistakes([...mistakes]))
  screen.say('The configuration is right')
}

function read(args: readonly string[]) {
  const isNamed = args[0] !== undefined && !args[0].startsWith('-')
  const { values, positionals } = readArguments('config', args, options, isNamed ? ['SECTION'] : [])
  const sections = isNamed ? [requireSection(positionals[0]!)] : sectionNames
  return { values, sections, isNamed, sources: loadSources({ configFile: values.config, flags: null }) }
}

function requireSection(word: string): SectionName {
  const section = sectionNames.find((name) => name === word)
  if (section !== undefined) return section
  throw new AppError('bad_request', `There is no section ${word}; there are ${sectionNames.join(' and ')}`)
}

/** What is written in no section. */
function strayKeys({ file }: Sources): string[] {
  if (file === null) return []
  const settings = listSettings(HearthConfig)
  return readFileText(file.text, file.name, settings).mistakes
}

function shownValue({ setting, value }: ResolvedSetting): string {
  if (value === undefined || value === null) return '–'
  if (setting.isSecret) return '(secret)'
  return typeof value === 'string' ? value : JSON.stringify(value)
}
