import { isDeepStrictEqual } from 'node:util'
import type { Tags } from '../../../../protocol/ingest.ts'
import type { XmpProperties, XmpValue } from '../xmp/xmp-properties.ts'
import { isDefaultLanguage, type PropertyName, propertyKey, textOf } from './property.ts'

/** Above this ExifTool is asked, whose answer is cut where it is too long. */
const MAX_CHARS = 100_000

/** Of a sidecar that has just been made: what ExifTool says of every one. */
const newTags: Tags = {
  'File:FileType': 'XMP',
  'File:FileTypeExtension': 'XMP',
  'File:MIMEType': 'application/rdf+xml',
}

/** Properties whose texts ExifTool gives as they are, and its names for them. Times, positions and regions are not. */
const plainTags = new Map(
  (
    [
      ['xmp:Rating', 'XMP:Rating'],
      ['xmp:Label', 'XMP:Label'],
      ['dc:title', 'XMP:Title'],
      ['dc:description', 'XMP:Description'],
      ['dc:rights', 'XMP:Rights'],
      ['dc:creator', 'XMP:Creator'],
      ['dc:subject', 'XMP:Subject'],
      ['lr:hierarchicalSubject', 'XMP:HierarchicalSubject'],
      ['digiKam:TagsList', 'XMP:TagsList'],
      ['photoshop:Country', 'XMP:Country'],
      ['photoshop:State', 'XMP:State'],
      ['photoshop:City', 'XMP:City'],
      ['Iptc4xmpCore:Location', 'XMP:Location'],
      ['hearth:HearthRevision', 'XMP:HearthRevision'],
      ['hearth:HearthFields', 'XMP:HearthFields'],
    ] satisfies [PropertyName, string][]
  ).map(([name, tag]) => [propertyKey(name), tag]),
)

/** A sidecar before and after a write that was verified. */
export type WrittenSidecar = {
  /** What ExifTool said of it before; null: there was none. */
  tagsBefore: Tags | null
  before: XmpProperties
  after: XmpProperties
  bytes: Uint8Array
}

/**
 * The tags that ExifTool would read from a sidecar that we have just written, from those of the version before and what is
 * different: asking ExifTool costs as much as the write.
 *
 * @returns null when something else than plain texts has changed, or a name is not clear: then ExifTool has to be asked
 */
export function predictTags({ tagsBefore, before, after, bytes }: WrittenSidecar): Tags | null {
  const tags: Tags = { ...(tagsBefore ?? newTags) }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    if (isDeepStrictEqual(before[key], after[key])) continue
    const tag = plainTags.get(key)
    if (tag === undefined || hasNamesake(after, key)) return null
    const value = tagValueOf(after[key])
    if (value === 'unclear') return null
    if (value === undefined) delete tags[tag]
    else tags[tag] = value.is
  }
  const toolkit = /\bx:xmptk=(?:'([^']*)'|"([^"]*)")/.exec(Buffer.from(bytes.subarray(0, 1_024)).toString())
  const name = toolkit?.[1] ?? toolkit?.[2]
  if (name === undefined || !isPlain(name)) return null
  tags['XMP:XMPToolkit'] = name
  return JSON.stringify(tags).length > MAX_CHARS ? null : tags
}

/** ExifTool's names leave the namespace out, so that another program's property may have the same. */
function hasNamesake(properties: XmpProperties, key: string): boolean {
  const name = localName(key)
  return Object.keys(properties).some((other) => other !== key && localName(other) === name)
}

function localName(key: string): string {
  return key
    .slice(key.lastIndexOf('}') + 1)
    .replace(/ \d+$/, '')
    .toLowerCase()
}

type TagValue = Tags[string]

/** Undefined: ExifTool has no such tag then. */
function tagValueOf(value: XmpValue | undefined): { is: TagValue } | undefined | 'unclear' {
  if (value === undefined) return undefined
  if (value.kind === 'struct') return 'unclear'
  if (value.kind === 'text') return jsonValues([value])
  if (value.form !== 'Alt')
    return value.items.some((item) => item.qualifiers) ? 'unclear' : jsonValues(value.items)
  const inDefault = value.items.filter(isDefaultLanguage)
  return inDefault.length > 1 ? 'unclear' : jsonValues(inDefault)
}

/** A list of one is given as that one. */
function jsonValues(items: readonly XmpValue[]): { is: TagValue } | undefined | 'unclear' {
  const texts = items.map(textOf)
  if (!texts.every((text) => text !== undefined && isPlain(text))) return 'unclear'
  const values = texts.map((text) => jsonValue(text!))
  return values.length === 0 ? undefined : { is: values.length === 1 ? values[0] : values }
}

/** As `-json` writes it and `parseTags` reads that: without quotes what looks like a number or a truth. */
function jsonValue(text: string): TagValue {
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  const isNumber = /^-?(?:\d|[1-9]\d{1,14})(?:\.\d{1,16})?(?:e[-+]?\d{1,3})?$/i.test(text)
  return isNumber && String(Number(text)) === text ? Number(text) : text
}

/** No control characters but line breaks, and nothing at either end that anybody could cut off. */
function isPlain(text: string): boolean {
  return text.trim() === text && text.isWellFormed() && !/[^\P{C}\n]/u.test(text)
}
