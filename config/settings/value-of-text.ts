import type { Setting } from './list-settings.ts'

/**
 * What a text from the environment or the command line means for a setting.
 *
 * Lists are JSON or separated by commas, `null` is null. What does not fit stays text, so that the schema complains
 * about it with the others.
 */
export function valueOfText(setting: Setting, text: string): unknown {
  const { kind } = setting
  if (text === 'null') return null
  if (kind === 'number') return /^-?\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : text
  if (kind === 'flag') return flags[text.trim().toLowerCase()] ?? text
  const isJson = /^\s*[[{]/.test(text)
  if (kind === 'json' || (kind === 'list' && isJson)) {
    try {
      return JSON.parse(text)
    } catch {
      return text
    }
  }
  if (kind !== 'list') return text
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '')
}

const flags: Record<string, boolean> = {
  ...{ true: true, yes: true, on: true, '1': true },
  ...{ false: false, no: false, off: false, '0': false },
}
