import type { MetadataField } from '../../protocol/assets.ts'
import type { CurationField } from '../../protocol/curation.ts'
import type { CuratedValues } from '../../protocol/edits.ts'
import { regionTexts, wordText } from '../catalog/word-text.ts'

export type PersonsWord = { field: CurationField; by: string | null }

/** The entries of the screen that a field is, where they are not called the same. */
const namesOf: Partial<Record<CurationField, MetadataField['field'][]>> = {
  captured: ['capturedAt'],
  regions: ['people', 'objects'],
}

/**
 * Puts what people have said in the place of what the files say, field by field. A field that a person has emptied has
 * no entry.
 *
 * @param values what is true now
 */
export function overlayWords(
  fromFiles: readonly MetadataField[],
  values: CuratedValues,
  persons: readonly PersonsWord[],
): MetadataField[] {
  const spoken = new Set(persons.flatMap(({ field }) => namesOf[field] ?? [field as MetadataField['field']]))
  const fromPersons = persons.flatMap(({ field, by }) =>
    textsOf(field, values).map(
      (entry): MetadataField => ({
        ...entry,
        source: 'person',
        detail: by ?? 'entered by hand',
        fileId: null,
      }),
    ),
  )
  return [...fromPersons, ...fromFiles.filter(({ field }) => !spoken.has(field))]
}

function textsOf(field: CurationField, values: CuratedValues): Pick<MetadataField, 'field' | 'value'>[] {
  if (field === 'regions') return values.regions === null ? [] : regionTexts(values.regions)
  const value = values[field]
  if (value === null || value === false) return []
  const name = field === 'captured' ? 'capturedAt' : field
  return [{ field: name, value: wordText(field, value) }]
}
