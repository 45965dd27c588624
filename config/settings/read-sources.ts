import { isMap, isScalar, LineCounter, type Node, parseDocument } from 'yaml'
import type { Given } from './given-values.ts'
import { environmentName, flagName, type Setting } from './list-settings.ts'
import { didYouMean } from './nearest-word.ts'
import { valueOfText } from './value-of-text.ts'

/** What one source gives, and what is wrong with it. */
export type SourceReading = { given: Given[]; mistakes: string[] }

/**
 * A configuration file, YAML or JSON (which is YAML).
 *
 * @param name for the origin of each value: `hearth.yaml line 3`
 */
export function readFileText(text: string, name: string, settings: readonly Setting[]): SourceReading {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const reading: SourceReading = { given: [], mistakes: [] }
  const placeOf = (offset: number) => `${name} line ${lines.linePos(offset).line}`
  for (const error of document.errors) {
    reading.mistakes.push(`${placeOf(error.pos[0])}: ${error.message.split('\n')[0]}`)
  }
  if (document.errors.length > 0 || document.contents === null) return reading
  if (!isMap(document.contents)) {
    reading.mistakes.push(`${name}: must hold sections such as "coordinator:"`)
    return reading
  }
  const known = settings.flatMap(({ path, isSecret }) => (isSecret ? [path, `${path}File`] : [path]))
  const walk = (node: Node, prefix: string) => {
    if (!isMap(node)) return
    for (const { key, value } of node.items) {
      const word = isScalar(key) ? String(key.value) : ''
      const path = prefix === '' ? word : `${prefix}.${word}`
      const at = isScalar(key) && key.range ? placeOf(key.range[0]) : name
      const isObject = known.some((other) => other.startsWith(`${path}.`))
      const plain = value === null ? null : (value as Node).toJS(document)
      if (isObject && isMap(value)) walk(value, path)
      // A section with nothing in it.
      else if (isObject && plain === null && prefix === '') continue
      else if (known.includes(path) || isObject) reading.given.push({ path, value: plain, origin: at })
      else {
        const siblings = known.map((other) => other.split('.').slice(0, path.split('.').length).join('.'))
        reading.mistakes.push(`${path} (${at}): there is no such setting${didYouMean(path, siblings)}`)
      }
    }
  }
  walk(document.contents, '')
  return reading
}

/** The sections that a configuration file has, right or wrong. */
export function sectionsOf(text: string): string[] {
  const { contents } = parseDocument(text)
  return isMap(contents) ? contents.items.map(({ key }) => String(key)) : []
}

/** @param place for the origin: `the environment`, `.env` */
export function readVariables(
  variables: Readonly<Record<string, string | undefined>>,
  place: string,
  settings: readonly Setting[],
): SourceReading {
  const byName = new Map<string, { setting: Setting; path: string }>()
  for (const setting of settings) {
    byName.set(environmentName(setting.path), { setting, path: setting.path })
    const file = `${setting.path}File`
    if (setting.isSecret) byName.set(environmentName(file), { setting, path: file })
  }
  const sections = new Set(settings.map(({ path }) => `${environmentName(path.split('.')[0]!)}__`))
  const reading: SourceReading = { given: [], mistakes: [] }
  for (const { path, otherVariable } of settings) {
    const value = otherVariable === undefined ? undefined : variables[otherVariable]
    if (value) reading.given.push({ path, value, origin: `${otherVariable} in ${place}` })
  }
  for (const [name, text] of Object.entries(variables)) {
    if (text === undefined) continue
    const found = byName.get(name)
    if (found) {
      const value = valueOfText(found.setting, text)
      reading.given.push({ path: found.path, value, origin: `${name} in ${place}` })
    } else if ([...sections].some((section) => name.startsWith(section))) {
      const hint = didYouMean(name, [...byName.keys()])
      reading.mistakes.push(`${name} in ${place}: there is no such setting${hint}`)
    }
  }
  return reading
}

/** @param flags values by the names of `flagName`, without the dashes */
export function readFlags(
  flags: Readonly<Record<string, string | boolean | undefined>>,
  settings: readonly Setting[],
): SourceReading {
  const reading: SourceReading = { given: [], mistakes: [] }
  for (const setting of settings) {
    const name = flagName(setting.path)
    const text = flags[name.slice(2)]
    if (text === undefined) continue
    const value = typeof text === 'boolean' ? text : valueOfText(setting, text)
    reading.given.push({ path: setting.path, value, origin: name })
  }
  return reading
}
