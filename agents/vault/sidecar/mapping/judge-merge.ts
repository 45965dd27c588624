import { isDeepStrictEqual } from 'node:util'
import type { SidecarFields } from '../../../../protocol/sidecar-write.ts'
import type { XmpProperties, XmpValue } from '../xmp/xmp-properties.ts'
import { type FieldMapping, fieldMappings, type SidecarField } from './field-mapping.ts'
import { markTags, namedFields } from './plan-merge.ts'
import { findText, findTexts, isDefaultLanguage, type PropertyName, propertyKey } from './property.ts'
import { foreignRegions } from './regions.ts'

export type MergeJudgement = {
  /** Fields that do not read as they were to be written. */
  wrongFields: SidecarField[]
  /** Properties of others that are not what they were. */
  lostProperties: string[]
}

/** Whether a sidecar says what was to be written, and everything else as before. */
export function judgeMerge(
  before: XmpProperties,
  after: XmpProperties,
  fields: SidecarFields,
): MergeJudgement {
  return {
    wrongFields: namedFields(fields).filter((field) => !says(after, field, fields[field])),
    lostProperties: findLosses(before, after, namedFields(fields)),
  }
}

/** Whether a sidecar is what this write of ours was to make of it. */
export function isOurWrite(properties: XmpProperties, fields: SidecarFields, revision: number): boolean {
  const named = namedFields(fields)
  return (
    findText(properties, 'hearth:HearthRevision') === String(revision) &&
    isDeepStrictEqual(findTexts(properties, 'hearth:HearthFields').toSorted(), named.toSorted()) &&
    named.every((field) => says(properties, field, fields[field]))
  )
}

function says(properties: XmpProperties, field: SidecarField, wanted: unknown): boolean {
  const mapping = fieldMappings[field] as FieldMapping<unknown>
  const read = mapping.read(properties)
  if (isEmpty(wanted) || read === null) return isEmpty(wanted) && read === null
  return (mapping.isSame ?? isDeepStrictEqual)(wanted, read)
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && Object.values(value).every((part) => part === null)
}

function findLosses(before: XmpProperties, after: XmpProperties, written: readonly SidecarField[]): string[] {
  const names = [
    ...written.flatMap((field) => Object.keys(fieldMappings[field].tags)),
    ...Object.keys(markTags),
  ]
  const ours = new Set(names.map((name) => propertyKey(name as PropertyName)))
  const all = new Set([...Object.keys(before), ...Object.keys(after)])
  const lost = [...all].filter((key) => {
    const [was, is] = [before[key], after[key]]
    return ours.has(key) ? !isDeepStrictEqual(translations(was), translations(is)) : !isSameValue(was, is)
  })
  const isRegionsSame = isDeepStrictEqual(foreignRegions(before), foreignRegions(after))
  return written.includes('regions') && !isRegionsSame ? [...lost, 'regions of other kinds'] : lost
}

/** What a property of ours holds in other languages. */
function translations(value: XmpValue | undefined): XmpValue[] {
  if (value?.kind !== 'array' || value.form !== 'Alt') return []
  return value.items.filter((item) => !isDefaultLanguage(item))
}

/** ExifTool does not write lists and structures with nothing in them, which say nothing. */
function isSameValue(one: XmpValue | undefined, other: XmpValue | undefined): boolean {
  return isDeepStrictEqual(withoutEmpty(one), withoutEmpty(other))
}

function withoutEmpty(value: XmpValue | undefined): XmpValue | undefined {
  if (value === undefined || value.kind === 'text') return value
  if (value.kind === 'array') {
    const items = value.items.map(withoutEmpty).filter((item) => item !== undefined)
    return items.length === 0 ? undefined : { ...value, items }
  }
  const fields = Object.entries(value.fields)
    .map(([key, field]) => [key, withoutEmpty(field)] as const)
    .filter((entry): entry is [string, XmpValue] => entry[1] !== undefined)
  return fields.length === 0 ? undefined : { ...value, fields: Object.fromEntries(fields) }
}
