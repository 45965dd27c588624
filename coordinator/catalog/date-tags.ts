import type { DateSource } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { type ClockReading, fractionMs, readDate, readOffset } from './read-date.ts'

export type TagReading = ClockReading & {
  tag: string
  /** Whether the clock ran on UTC rather than on the time of the place. */
  isUtc: boolean
}

export type DateTag = {
  tag: string
  time?: string
  fraction?: string
  offset?: string
  isUtc?: boolean
  /** Seconds since 1970. */
  isEpoch?: boolean
}

const exifOriginal = {
  tag: 'EXIF:DateTimeOriginal',
  fraction: 'EXIF:SubSecTimeOriginal',
  offset: 'EXIF:OffsetTimeOriginal',
}
const exifCreate = {
  tag: 'EXIF:CreateDate',
  fraction: 'EXIF:SubSecTimeDigitized',
  offset: 'EXIF:OffsetTimeDigitized',
}
const exifModify = { tag: 'EXIF:ModifyDate', fraction: 'EXIF:SubSecTime', offset: 'EXIF:OffsetTime' }

/** Where programs write a corrected capture time into a sidecar. `xmp:CreateDate` is not it: many set that when they save. */
export const editedTags: readonly DateTag[] = [{ tag: 'XMP:DateTimeOriginal' }, { tag: 'XMP:DateCreated' }]

/** Which tags state the capture time, best first. */
export const dateLadder: readonly { source: DateSource; tags: readonly DateTag[] }[] = [
  // `MakerNotes` holds the dates of CRW files, which have no EXIF.
  { source: 'exif_original', tags: [exifOriginal, { tag: 'MakerNotes:DateTimeOriginal' }] },
  { source: 'exif_create', tags: [exifCreate] },
  {
    source: 'xmp',
    tags: [
      { tag: 'XMP:DateTimeOriginal' },
      { tag: 'XMP:DateCreated' },
      { tag: 'XMP:CreateDate' },
      { tag: 'XMP:DateTimeDigitized' },
      { tag: 'IPTC:DateCreated', time: 'IPTC:TimeCreated' },
      { tag: 'PNG:CreationTime' },
    ],
  },
  {
    source: 'quicktime',
    tags: [
      // What phones and cameras write beside the header, in the time of the place and mostly with its offset.
      { tag: 'QuickTime:CreationDate' },
      { tag: 'QuickTime:DateTimeOriginal' },
      { tag: 'QuickTime:ContentCreateDate' },
      { tag: 'XML:CreationDateValue' },
      { tag: 'H264:DateTimeOriginal' },
      { tag: 'RIFF:DateTimeOriginal' },
      // The header's own fields: UTC by their specification.
      { tag: 'QuickTime:CreateDate', isUtc: true },
      { tag: 'QuickTime:MediaCreateDate', isUtc: true },
      { tag: 'QuickTime:TrackCreateDate', isUtc: true },
      { tag: 'Matroska:DateTimeOriginal', isUtc: true },
      { tag: 'ASF:CreationDate', isUtc: true },
    ],
  },
  {
    source: 'gps',
    tags: [
      { tag: 'Composite:GPSDateTime', isUtc: true },
      { tag: 'EXIF:GPSDateStamp', time: 'EXIF:GPSTimeStamp', isUtc: true },
      { tag: 'XMP:GPSDateTime', isUtc: true },
    ],
  },
  { source: 'takeout', tags: [{ tag: 'JSON:PhotoTakenTimeTimestamp', isEpoch: true }] },
]

/** All that the tags of one file say at one step of the ladder, best first; impossible dates are left out. */
export function readDateTags(tags: Tags, wanted: readonly DateTag[]): TagReading[] {
  return wanted.flatMap((tag) => readDateTag(tags, tag) ?? [])
}

/** When the file was last changed, by its own account. */
export function readModifyTag(tags: Tags): TagReading | null {
  return readDateTag(tags, exifModify)
}

/** The instant that the satellites gave, in milliseconds since 1970. */
export function readGpsInstantMs(tags: Tags): number | null {
  const readings = dateLadder.flatMap(({ source, tags: wanted }) =>
    source === 'gps' ? readDateTags(tags, wanted) : [],
  )
  return readings.find(({ hasTime }) => hasTime)?.localMs ?? null
}

function readDateTag(tags: Tags, wanted: DateTag): TagReading | null {
  const { tag, time, fraction, offset, isUtc = false, isEpoch = false } = wanted
  const date = tags[tag]
  if (isEpoch) return readEpoch(tag, date)
  const timed = time === undefined || tags[time] === undefined ? null : readDate(`${date} ${tags[time]}`)
  const reading = timed ?? readDate(date)
  if (reading === null) return null
  const localMs =
    reading.localMs +
    (fraction !== undefined && reading.localMs % 1_000 === 0 ? fractionMs(tags[fraction]) : 0)
  const own = reading.offsetMinutes ?? (offset === undefined ? null : readOffset(tags[offset]))
  if (isUtc) return { ...reading, localMs: localMs - (own ?? 0) * 60_000, offsetMinutes: null, tag, isUtc }
  return { ...reading, localMs, offsetMinutes: own ?? siblingOffset(tags, tag, reading.localMs), tag, isUtc }
}

function readEpoch(tag: string, value: unknown): TagReading | null {
  const seconds = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  if (!Number.isInteger(seconds) || seconds === 0 || Math.abs(seconds) > 1e11) return null
  return { localMs: seconds * 1_000, offsetMinutes: null, hasTime: true, isUtc: true, tag }
}

/** Cameras that write one offset mean all their times by it; an editor's later time has an offset of its own. */
function siblingOffset(tags: Tags, tag: string, localMs: number): number | null {
  if (!tag.startsWith('EXIF:')) return null
  for (const sibling of [exifOriginal, exifCreate, exifModify]) {
    const minutes = readOffset(tags[sibling.offset])
    if (minutes !== null && readDate(tags[sibling.tag])?.localMs === localMs) return minutes
  }
  return null
}
