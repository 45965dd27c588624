import type { CuratedValues } from '../../protocol/edits.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { dateLadder, readDateTags } from './date-tags.ts'
import { type FoundWords, findWords } from './find-words.ts'
import type { KnownFile } from './known-file.ts'
import { placeAsset } from './place-asset.ts'

/** A value for each field, null where no file has a word. */
export type Words = Omit<CuratedValues, 'captured' | 'position'>

export function valuesOf(words: FoundWords): Words {
  return {
    rating: words.rating?.value ?? null,
    label: words.label?.value ?? null,
    title: words.title?.value ?? null,
    description: words.description?.value ?? null,
    creator: words.creator?.value ?? null,
    copyright: words.copyright?.value ?? null,
    keywords: words.keywords?.value ?? null,
    place: words.place?.value ?? null,
    regions: words.regions?.value ?? null,
    favourite: words.favourite?.value ?? false,
  }
}

/** What one sidecar says by itself, whatever it describes. */
export function summariseWords(tags: Tags): CuratedValues {
  const sidecar: KnownFile = { id: 0, name: 'sidecar.xmp', role: 'sidecar', tags, mtimeUs: 0 }
  const [date] = dateLadder.flatMap(({ source, tags: wanted }) =>
    source === 'gps' ? [] : readDateTags(tags, wanted),
  )
  return {
    ...valuesOf(findWords([sidecar])),
    captured: date ? { local: clockText(date.localMs), offsetMinutes: date.offsetMinutes } : null,
    position: placeAsset([sidecar]),
  }
}

/** With milliseconds only where there are any. */
function clockText(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, localMs % 1_000 === 0 ? 19 : 23)
}
