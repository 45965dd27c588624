import type { MetadataField } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { cameraName } from './camera-name.ts'
import { findCaptureTime } from './date-asset.ts'
import {
  apertureText,
  captureText,
  exposureText,
  focalLengthText,
  isoText,
  positionText,
} from './exposure-text.ts'
import { type FoundWords, findWords } from './find-words.ts'
import { byAuthority, type KnownFile, sidecarFirst } from './known-file.ts'
import { findPlace } from './place-asset.ts'
import { tagNumber, tagText } from './tag-values.ts'
import { regionTexts, wordText } from './word-text.ts'

export type Description = {
  camera: string | null
  lens: string | null
  /** One entry for each field that is known, in the order of the screen. */
  metadata: MetadataField[]
  /** What the files say of what people can edit. */
  words: FoundWords
}

type Field = MetadataField['field']
type Found = { value: string; tag: string }
type Reader = (tags: Tags) => Found | null

const isoTags = [
  'EXIF:ISO',
  'EXIF:RecommendedExposureIndex',
  'XMP:ISO',
  'XMP:ISOSpeedRatings',
  'Composite:ISO',
]

/** What fits no 16-bit tag, such as ISO 102,400, is written as this and stands in another tag. */
const tooLarge = 65_535

/** What cameras write without a lens; with `-n` one that has no name is a number of the maker's. */
const unknownLens = /^(?:[\d.\s]+|-+|unknown.*|none|n\/a|0(?:\.0)? ?mm f\/0(?:\.0)?)$/i

const wordFields = ['title', 'description', 'creator', 'copyright', 'rating', 'label'] as const
const laterWordFields = ['place', 'keywords', 'favourite'] as const

const readers: { field: Field; read: Reader }[] = [
  { field: 'camera', read: readCamera },
  {
    field: 'lens',
    read: firstText(
      ['EXIF:LensModel', 'XMP:LensModel', 'XMP:Lens', 'QuickTime:LensModel', 'Composite:LensID'],
      (lens) => (unknownLens.test(lens) ? null : lens),
    ),
  },
  {
    field: 'exposure',
    read: firstNumber(['EXIF:ExposureTime', 'XMP:ExposureTime', 'H264:ExposureTime'], exposureText),
  },
  { field: 'aperture', read: firstNumber(['EXIF:FNumber', 'XMP:FNumber', 'H264:FNumber'], apertureText) },
  { field: 'iso', read: firstNumber(isoTags, isoText) },
  { field: 'focalLength', read: firstNumber(['EXIF:FocalLength', 'XMP:FocalLength'], focalLengthText) },
]

/**
 * What the files of an asset say about it. For each field the sidecar speaks before the original, the cover,
 * the exports and the derivatives; a sidecar's list of keywords is the whole list.
 *
 * @param nowMs milliseconds since 1970, for the capture time
 */
export function describeAsset(files: readonly KnownFile[], nowMs: number): Description {
  const sorted = byAuthority(files, sidecarFirst)
  const metadata: MetadataField[] = []

  const capture = findCaptureTime(sorted, nowMs)
  if (capture !== null) {
    const { captured, file, detail } = capture
    metadata.push(fieldOf('capturedAt', captureText(captured.local, captured.offsetMinutes), detail, file))
  }
  for (const { field, read } of readers) {
    const found = findFirst(sorted, read)
    if (found !== null) metadata.push(fieldOf(field, found.value, found.tag, found.file))
  }
  const words = findWords(sorted)
  for (const field of wordFields) {
    const word = words[field]
    if (word !== undefined) metadata.push(fieldOf(field, wordText(field, word.value), word.tag, word.file))
  }
  const place = findPlace(sorted)
  if (place !== null) {
    const { latitude, longitude } = place.position
    metadata.push(fieldOf('position', positionText(latitude, longitude), place.tag, place.file))
  }
  for (const field of laterWordFields) {
    const word = words[field]
    if (word !== undefined) metadata.push(fieldOf(field, wordText(field, word.value), word.tag, word.file))
  }
  metadata.push(...describeRegions(words.regions))

  const valueIn = (field: Field) => metadata.find((known) => known.field === field)?.value ?? null
  return { camera: valueIn('camera'), lens: valueIn('lens'), metadata, words }
}

function describeRegions(found: FoundWords['regions']): MetadataField[] {
  if (found === undefined) return []
  return regionTexts(found.value).map(({ field, value }) => fieldOf(field, value, found.tag, found.file))
}

function findFirst(files: KnownFile[], read: Reader): (Found & { file: KnownFile }) | null {
  for (const file of files) {
    const found = file.tags === null ? null : read(file.tags)
    if (found !== null) return { ...found, file }
  }
  return null
}

function fieldOf(field: Field, value: string, detail: string, file: KnownFile): MetadataField {
  return { field, value, source: file.role === 'sidecar' ? 'sidecar' : 'file', detail, fileId: file.id }
}

function readCamera(tags: Tags): Found | null {
  for (const group of ['EXIF', 'MakerNotes', 'XMP', 'QuickTime', 'H264', 'XML']) {
    // H264 gives the maker as a number.
    const make = tagText(tags, `${group}:Make`)
    const model = tagText(tags, `${group}:Model`) ?? tagText(tags, `${group}:DeviceModelName`)
    const value = cameraName(make === null || /^\d+$/.test(make) ? null : make, model)
    if (value !== null) return { value, tag: `${group}:Model` }
  }
  const android = cameraName(tagText(tags, 'QuickTime:AndroidMake'), tagText(tags, 'QuickTime:AndroidModel'))
  return android === null ? null : { value: android, tag: 'QuickTime:AndroidModel' }
}

function firstText(tagNames: string[], clean: (text: string) => string | null = (text) => text): Reader {
  return (tags) => {
    for (const tag of tagNames) {
      const text = tagText(tags, tag)
      const value = text === null ? null : clean(text)
      if (value !== null) return { value, tag }
    }
    return null
  }
}

function firstNumber(tagNames: string[], write: (value: number) => string): Reader {
  return (tags) => {
    for (const tag of tagNames) {
      const number = tagNumber(tags, tag)
      if (number !== null && number > 0 && number !== tooLarge) return { value: write(number), tag }
    }
    return null
  }
}
