import type { CuratedValues } from '../../protocol/edits.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { byAuthority, isTakeout, type KnownFile, sidecarFirst } from './known-file.ts'
import { distinct, readKeywords } from './read-keywords.ts'
import { readRegions } from './read-regions.ts'
import { tagNumber, tagText, tagTexts } from './tag-values.ts'
import { uprightRegions } from './turn-regions.ts'

/** What a person can edit and a file can say, but for its time and its position, which have rules of their own. */
export type WordField = Exclude<keyof CuratedValues, 'captured' | 'position'>
export type FoundWord<F extends WordField> = { value: NonNullable<CuratedValues[F]>; tag: string }
export type FoundWords = { [F in WordField]?: FoundWord<F> & { file: KnownFile } }

/** What cameras write into every picture as its description. */
const cameraDescriptions =
  /^(?:(?:\w+ )?digital camera|sony dsc|dcim\\.*|dav|default|samsung|konica minolta.*|exif_jpeg_picture|created with gimp.*|cof|hdr|processed with .*)$/i

type Reader<F extends WordField> = (tags: Tags, files: readonly KnownFile[]) => FoundWord<F> | null

const readers: { [F in WordField]: Reader<F> } = {
  rating: readRating,
  label: readLabel,
  title: firstText([
    'XMP:Title',
    'IPTC:ObjectName',
    'EXIF:XPTitle',
    'QuickTime:Title',
    'QuickTime:DisplayName',
  ]),
  description: firstText(
    [
      'XMP:Description',
      'IPTC:Caption-Abstract',
      'EXIF:ImageDescription',
      'QuickTime:Description',
      'JSON:Description',
    ],
    (text) => !cameraDescriptions.test(text),
  ),
  creator: (tags) => {
    for (const tag of ['XMP:Creator', 'IPTC:By-line', 'EXIF:Artist', 'QuickTime:Artist']) {
      const texts = tagTexts(tags, tag)
      if (texts.length > 0) return { value: [...new Set(texts)], tag }
    }
    return null
  },
  copyright: firstText(['XMP:Rights', 'IPTC:CopyrightNotice', 'EXIF:Copyright', 'QuickTime:Copyright']),
  keywords: (tags) => {
    const found = readKeywords(tags)
    return found[0] ? { value: found.map(({ path }) => path), tag: found[0].tag } : null
  },
  place: readPlace,
  regions: (tags, files) => {
    const found = readRegions(tags)
    return found && { value: uprightRegions(found.regions, found.appliedTo, files), tag: found.tag }
  },
  favourite: (tags) => {
    const tag = ['JSON:Favorited', 'XMP:Favorite'].find((name) =>
      /^(?:1|true)$/i.test(tagText(tags, name) ?? ''),
    )
    return tag === undefined ? null : { value: true, tag }
  },
}

/**
 * What the files of an asset say of what people can edit: for each field the first that says it, the sidecar before
 * the original, the cover, the exports and the derivatives. Keywords are lists of several files put together: see
 * `listedKeywords`.
 */
export function findWords(files: readonly KnownFile[]): FoundWords {
  const read = byAuthority(files, sidecarFirst).filter((file) => file.tags !== null)
  const words: Record<string, unknown> = {}
  for (const [field, reader] of Object.entries(readers)) {
    for (const file of read) {
      const found = reader(file.tags!, read)
      if (found === null) continue
      words[field] = { ...found, file }
      break
    }
  }
  const { keywords, ...others } = words as FoundWords
  return keywords === undefined
    ? others
    : { ...others, keywords: { ...keywords, value: listedKeywords(read) } }
}

/**
 * Programs copy a picture's keywords into its sidecar and keep the list there: what is on it is all, and what somebody
 * has taken off it must not come back from the picture, which nobody has written. Without such a list those of all other
 * files count together, as a Takeout only adds to what the picture says.
 */
function listedKeywords(files: readonly KnownFile[]): string[][] {
  const keywordsOf = (some: readonly KnownFile[]) =>
    distinct(some.flatMap((file) => readKeywords(file.tags!)))
  const kept = keywordsOf(files.filter((file) => file.role === 'sidecar' && !isTakeout(file)))
  return (kept.length > 0 ? kept : keywordsOf(files)).map(({ path }) => path)
}

/**
 * Whole stars; what is outside -1 … 5 is no rating. Microsoft counts to 99. digiKam has flags of its own: its 1 is
 * rejected, as is -1 of Lightroom and darktable.
 */
function readRating(tags: Tags): FoundWord<'rating'> | null {
  if (tagNumber(tags, 'XMP:PickLabel') === 1) return { value: -1, tag: 'XMP:PickLabel' }
  for (const tag of ['XMP:Rating', 'EXIF:Rating']) {
    const stars = tagNumber(tags, tag)
    if (stars !== null && stars >= -1 && stars <= 5) return { value: Math.round(stars) + 0, tag }
  }
  const percent = tagNumber(tags, 'XMP:RatingPercent')
  if (percent === null || percent < 0 || percent > 100) return null
  return { value: percent === 0 ? 0 : Math.min(5, 1 + Math.round(percent / 25)), tag: 'XMP:RatingPercent' }
}

const digikamColours = ['', 'Red', 'Orange', 'Yellow', 'Green', 'Blue', 'Magenta', 'Gray', 'Black', 'White']
const darktableColours = ['Red', 'Yellow', 'Green', 'Blue', 'Purple']

function readLabel(tags: Tags): FoundWord<'label'> | null {
  const label = tagText(tags, 'XMP:Label')
  if (label !== null) return { value: label, tag: 'XMP:Label' }
  for (const [tag, colours] of [
    ['XMP:ColorLabel', digikamColours],
    ['XMP:Colorlabels', darktableColours],
  ] as const) {
    const colour = colours[tagNumber(tags, tag) ?? -1]
    if (colour) return { value: colour, tag }
  }
  return null
}

function readPlace(tags: Tags): FoundWord<'place'> | null {
  const first = (names: string[]) => {
    for (const name of names) {
      const text = tagText(tags, name)
      if (text !== null) return text
    }
    return null
  }
  const value = {
    country: first(['XMP:Country', 'IPTC:Country-PrimaryLocationName']),
    state: first(['XMP:State', 'IPTC:Province-State']),
    city: first(['XMP:City', 'IPTC:City']),
    location: first(['XMP:Location', 'IPTC:Sub-location']),
  }
  const isNothing = Object.values(value).every((text) => text === null)
  return isNothing ? null : { value, tag: tagText(tags, 'XMP:City') === null ? 'IPTC:City' : 'XMP:City' }
}

function firstText(
  tagNames: string[],
  isMeant: (text: string) => boolean = () => true,
): (tags: Tags) => { value: string; tag: string } | null {
  return (tags) => {
    for (const tag of tagNames) {
      const text = tagText(tags, tag)
      if (text !== null && isMeant(text)) return { value: text, tag }
    }
    return null
  }
}
