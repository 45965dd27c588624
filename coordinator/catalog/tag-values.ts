import type { Tags } from '../../protocol/ingest.ts'
import { storableText } from '../../protocol/media.ts'

/** A tag as text; null when it is missing or says nothing. Lists give their first entry. */
export function tagText(tags: Tags, tag: string): string | null {
  return tagTexts(tags, tag)[0] ?? null
}

/** All entries of a tag that may be a list. ExifTool gives numbers and booleans where a text looks like one. */
export function tagTexts(tags: Tags, tag: string): string[] {
  const value = tags[tag]
  return (Array.isArray(value) ? value : [value]).flatMap((entry) => {
    if (typeof entry !== 'string' && typeof entry !== 'number' && typeof entry !== 'boolean') return []
    const text = storableText(String(entry)).trim()
    return text === '' ? [] : [text]
  })
}

/** A tag as a finite number; null when it is none. Lists give their first number. */
export function tagNumber(tags: Tags, tag: string): number | null {
  for (const text of tagTexts(tags, tag)) {
    const number = Number(text)
    if (Number.isFinite(number)) return number
  }
  return null
}
