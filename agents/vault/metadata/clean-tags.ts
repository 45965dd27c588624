import type { Tags } from '../../../protocol/ingest.ts'
import { storableText } from '../../../protocol/media.ts'

/** How much of what a file says is kept. */
export type TagLimits = { textChars: number; listItems: number; totalBytes: number }

export const pictureLimits: TagLimits = { textChars: 8_192, listItems: 1_000, totalBytes: 65_536 }
/** As much as people may enter (`protocol/curation.ts`), in every form in which it is written. */
export const sidecarLimits: TagLimits = { textChars: 32_768, listItems: 10_000, totalBytes: 524_288 }
const MAX_DEPTH = 8

/** What ExifTool writes instead of bytes; says nothing that a person or Hearth could use. */
const binaryPlaceholder = /^\(Binary data \d+ bytes/

/**
 * Facts about the path and this reading of it, not about the file: they would differ from one reading
 * to the next, or tell the coordinator how the agent's disk is laid out.
 */
const droppedTags: ReadonlySet<string> = new Set([
  ...['SourceFile', 'ExifTool:ExifToolVersion', 'ExifTool:Error', 'ExifTool:Warning'],
  ...['File:FileName', 'File:Directory', 'File:FilePermissions', 'File:FileSize'],
  ...['File:FileModifyDate', 'File:FileAccessDate', 'File:FileInodeChangeDate'],
])

/**
 * Makes ExifTool's answer storable: plain JSON, text that Postgres can hold, nothing huge.
 *
 * When the whole is too much the largest values go first: those are curves, tables and editing
 * histories; dates, places and names are short.
 */
export function cleanTags(raw: Record<string, unknown>, limits: TagLimits = pictureLimits): Tags {
  const entries: [name: string, value: unknown, sizeBytes: number][] = []
  let totalBytes = 2
  for (const [name, value] of Object.entries(raw)) {
    if (droppedTags.has(name)) continue
    const cleaned = cleanValue(value, 0, limits)
    if (cleaned === undefined) continue
    const storableName = storableText(name).slice(0, 256)
    const sizeBytes = Buffer.byteLength(JSON.stringify([storableName, cleaned]))
    totalBytes += sizeBytes
    entries.push([storableName, cleaned, sizeBytes])
  }
  const dropped = new Set<string>()
  for (const [name, , sizeBytes] of entries.toSorted((a, b) => b[2] - a[2])) {
    if (totalBytes <= limits.totalBytes) break
    dropped.add(name)
    totalBytes -= sizeBytes
  }
  return Object.fromEntries(
    entries.filter(([name]) => !dropped.has(name)).map(([name, value]) => [name, value]),
  )
}

function cleanValue(value: unknown, depth: number, limits: TagLimits): unknown {
  if (typeof value === 'string') return cleanText(value, limits.textChars)
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined
  if (typeof value !== 'object' || value === null || depth >= MAX_DEPTH) return undefined
  if (Array.isArray(value)) {
    const items = value.slice(0, limits.listItems).map((item) => cleanValue(item, depth + 1, limits))
    return items.filter((item) => item !== undefined)
  }
  const fields = Object.entries(value).map(([name, field]) => [
    storableText(name),
    cleanValue(field, depth + 1, limits),
  ])
  return Object.fromEntries(fields.filter(([, field]) => field !== undefined))
}

function cleanText(text: string, maxChars: number): string | undefined {
  if (binaryPlaceholder.test(text)) return undefined
  return storableText(text.length > maxChars ? text.slice(0, maxChars) : text)
}
