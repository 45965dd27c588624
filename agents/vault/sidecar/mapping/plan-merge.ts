import type { SidecarFields } from '../../../../protocol/sidecar-write.ts'
import {
  type FieldMapping,
  fieldMappings,
  type SidecarField,
  sidecarFields,
  type WriteContext,
} from './field-mapping.ts'
import type { PropertyName } from './property.ts'
import type { TagValue } from './regions.ts'

/** What ExifTool is told to do to a sidecar. */
export type MergePlan = {
  /** By ExifTool's name of the tag; goes through a file of JSON, never through arguments. */
  values: Record<string, TagValue>
  /** ExifTool's names of tags to take away. */
  clear: string[]
}

/** Hearth's own properties: which write it was, and which fields people have spoken about, also to empty them. */
export const markTags = {
  'hearth:HearthRevision': 'XMP-hearth:HearthRevision',
  'hearth:HearthFields': 'XMP-hearth:HearthFields',
} as const satisfies Partial<Record<PropertyName, string>>

export function planMerge(fields: SidecarFields, revision: number, context: WriteContext): MergePlan {
  const values: MergePlan['values'] = {}
  const clear: string[] = []
  const named = namedFields(fields)
  for (const field of named) {
    const { tags } = fieldMappings[field]
    const written = writeField(field, fields, context)
    for (const [name, tag] of Object.entries(tags)) {
      const value = written[name as PropertyName]
      if (value === undefined) clear.push(tag)
      else values[tag] = escapeBase64(value)
    }
  }
  values[markTags['hearth:HearthRevision']] = String(revision)
  if (named.length > 0) values[markTags['hearth:HearthFields']] = named
  else clear.push(markTags['hearth:HearthFields'])
  return { values, clear }
}

/** The fields that are there, also those that shall be empty. */
export function namedFields(fields: SidecarFields): SidecarField[] {
  return sidecarFields.filter((field) => fields[field] !== undefined)
}

function writeField(field: SidecarField, fields: SidecarFields, context: WriteContext) {
  const mapping = fieldMappings[field] as FieldMapping<unknown>
  const value = fields[field]
  if (value !== null && value !== undefined) return mapping.write(value, context)
  // A list of regions keeps those that are nobody's name also when there are none of ours.
  return field === 'regions' ? mapping.write([], context) : {}
}

/** ExifTool takes a text that begins so for bytes in Base64: then it is given the text itself in Base64. */
function escapeBase64(value: TagValue): TagValue {
  if (typeof value === 'string') {
    return value.startsWith('base64:') ? `base64:${Buffer.from(value).toString('base64')}` : value
  }
  if (Array.isArray(value)) return value.map(escapeBase64)
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, escapeBase64(inner)]))
}
