import type { MetadataField } from '../../protocol/assets.ts'
import type { CuratedValues } from '../../protocol/edits.ts'
import { captureText, positionText } from './exposure-text.ts'

/** What a field says, written for people on one line; empty when there is nothing. */
export function wordText<F extends keyof CuratedValues>(
  field: F,
  value: NonNullable<CuratedValues[F]>,
): string {
  return writers[field](value)
}

const writers: { [F in keyof CuratedValues]: (value: NonNullable<CuratedValues[F]>) => string } = {
  rating: String,
  label: String,
  title: String,
  description: String,
  creator: (names) => names.join(', '),
  copyright: String,
  // The last step of each: that is what programs show, and what is written flat.
  keywords: (paths) =>
    [...new Map(paths.map((path) => [path.at(-1)?.normalize('NFC'), path.at(-1)])).values()].join(', '),
  captured: ({ local, offsetMinutes }) => captureText(local.slice(0, 19), offsetMinutes),
  position: ({ latitude, longitude }) => positionText(latitude, longitude),
  place: ({ location, city, state, country }) =>
    [location, city, state, country].filter((part) => part !== null).join(', '),
  regions: (regions) => regions.map(({ name }) => name).join(', '),
  favourite: (is) => (is ? 'yes' : 'no'),
}

/** People and objects apart, each name once. */
export function regionTexts(
  regions: NonNullable<CuratedValues['regions']>,
): { field: Extract<MetadataField['field'], 'people' | 'objects'>; value: string }[] {
  const named = (kind: 'person' | 'object') => [
    ...new Set(regions.filter((region) => region.kind === kind).map(({ name }) => name)),
  ]
  return [
    { field: 'people' as const, value: named('person').join(', ') },
    { field: 'objects' as const, value: named('object').join(', ') },
  ].filter(({ value }) => value !== '')
}
