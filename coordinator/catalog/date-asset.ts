import type { Captured, DateSource, GeoPoint } from '../../protocol/assets.ts'
import { offsetBetween, placeOffsetAt, placeOffsetOfClock } from './clock-offset.ts'
import {
  type DateTag,
  dateLadder,
  editedTags,
  readDateTags,
  readGpsInstantMs,
  readModifyTag,
  type TagReading,
} from './date-tags.ts'
import { findNamedMoment } from './file-name-date.ts'
import { byAuthority, cameraFirst, type KnownFile } from './known-file.ts'
import { placeAsset } from './place-asset.ts'
import type { ClockReading } from './read-date.ts'

export type FoundCapture<T extends KnownFile> = {
  captured: Captured
  file: T
  /** The tag or the rule behind it. */
  detail: string
}

const minuteMs = 60_000
const dayMs = 86_400_000
const earliestMs = Date.UTC(1826, 0, 1)

/**
 * When an asset was captured; null when nothing plausible says so.
 *
 * The list of sources goes before the list of files: a CreateDate of the original does not outrank a
 * DateTimeOriginal of the cover. A sidecar that says another moment goes before all: somebody has corrected it there.
 *
 * @param nowMs milliseconds since 1970; times more than a day later are passed over
 */
export function dateAsset(files: readonly KnownFile[], nowMs: number): Captured | null {
  return findCaptureTime(files, nowMs)?.captured ?? null
}

/** As {@link dateAsset}, with the file and the tag behind it. */
export function findCaptureTime<T extends KnownFile>(
  files: readonly T[],
  nowMs: number,
): FoundCapture<T> | null {
  const place = placeAsset(files)
  const sorted = byAuthority(files, cameraFirst)
  const edited = readFirst(
    sorted.filter(({ role }) => role === 'sidecar'),
    editedTags,
    nowMs,
  )
  for (const { source, tags: wanted } of dateLadder) {
    const found = readFirst(sorted, wanted, nowMs)
    if (found === null) continue
    if (edited?.reading.hasTime && !isSameMoment(edited.reading, found.reading))
      return toCapture(edited, 'xmp', place)
    return toCapture(found, source, place)
  }
  return fromFileName(sorted, nowMs, place) ?? fromFileTime(sorted, nowMs, place)
}

type Found<T extends KnownFile> = { reading: TagReading; file: T }

/** What the first file that has any of these tags says. */
function readFirst<T extends KnownFile>(
  files: readonly T[],
  wanted: readonly DateTag[],
  nowMs: number,
): Found<T> | null {
  for (const file of files) {
    const readings = file.tags === null ? [] : readDateTags(file.tags, wanted)
    const reading = mostPrecise(readings.filter(({ localMs }) => isPlausible(localMs, nowMs)))
    if (reading !== null) return { reading, file }
  }
  return null
}

function toCapture<T extends KnownFile>(
  { reading, file }: Found<T>,
  source: DateSource,
  place: GeoPoint | null,
): FoundCapture<T> {
  return { captured: settle(reading, source, file, place), file, detail: reading.tag }
}

/** To the second: then the camera's own words are kept, which may be finer and know the offset. */
function isSameMoment(a: TagReading, b: TagReading): boolean {
  const isNear = (one: number, other: number) => Math.abs(one - other) < 1_000
  if (a.offsetMinutes === null || b.offsetMinutes === null) return isNear(a.localMs, b.localMs)
  return isNear(a.localMs - a.offsetMinutes * minuteMs, b.localMs - b.offsetMinutes * minuteMs)
}

/** The first reading, or a later one that adds the time of that same day. */
function mostPrecise(readings: TagReading[]): TagReading | null {
  const [first] = readings
  if (first === undefined || first.hasTime) return first ?? null
  return readings.find((other) => other.hasTime && dayOf(other.localMs) === dayOf(first.localMs)) ?? first
}

/** Clocks that were never set begin in 1904, 1970 or 1980. */
function isPlausible(localMs: number, nowMs: number): boolean {
  const day = dayOf(localMs)
  if (day === '1904-01-01' || day === '1970-01-01' || day === '1969-12-31') return false
  if (localMs === Date.UTC(1980, 0, 1)) return false
  return localMs >= earliestMs && localMs <= nowMs + dayMs
}

function settle(reading: TagReading, source: DateSource, file: KnownFile, place: GeoPoint | null): Captured {
  return reading.isUtc
    ? fromInstant(reading.localMs, source, file, place)
    : fromClock(reading, source, file, place)
}

/** A clock that showed local time: its offset by tag, by GPS, by the UTC in a Pixel name, by the place. */
function fromClock(
  reading: ClockReading,
  source: DateSource,
  file: KnownFile,
  place: GeoPoint | null,
): Captured {
  const { localMs, hasTime } = reading
  const gpsMs = hasTime && file.tags !== null ? readGpsInstantMs(file.tags) : null
  const named = hasTime ? findNamedMoment(file.name) : null
  const offsetMinutes =
    reading.offsetMinutes ??
    (gpsMs === null ? null : offsetBetween(localMs, gpsMs)) ??
    (named?.kind === 'utc' ? offsetBetween(localMs, named.ms) : null) ??
    (place === null ? null : placeOffsetOfClock(place, localMs))
  return toCaptured(localMs, offsetMinutes, source)
}

/** A known instant: what clocks showed then by the local time in the name, else by the place. */
function fromInstant(
  instantMs: number,
  source: DateSource,
  file: KnownFile,
  place: GeoPoint | null,
): Captured {
  const named = findNamedMoment(file.name)
  const offsetMinutes =
    (named?.kind === 'local' ? offsetBetween(named.ms, instantMs) : null) ??
    (place === null ? null : placeOffsetAt(place, instantMs))
  return toCaptured(instantMs + (offsetMinutes ?? 0) * minuteMs, offsetMinutes, source)
}

function fromFileName<T extends KnownFile>(
  files: T[],
  nowMs: number,
  place: GeoPoint | null,
): FoundCapture<T> | null {
  const named = files.flatMap((file) => {
    const moment = findNamedMoment(file.name)
    return moment !== null && isPlausible(moment.ms, nowMs) ? [{ file, moment }] : []
  })
  const best = named.find(({ moment }) => moment.kind !== 'day') ?? named[0]
  if (best === undefined) return null
  const { file, moment } = best
  const reading = {
    localMs: moment.ms,
    offsetMinutes: null,
    hasTime: false,
    isUtc: moment.kind === 'utc',
    tag: '',
  }
  return { captured: settle(reading, 'file_name', file, place), file, detail: 'file name' }
}

/** The earliest time that any file carries: copying and editing make times later, never earlier. */
function fromFileTime<T extends KnownFile>(
  files: T[],
  nowMs: number,
  place: GeoPoint | null,
): FoundCapture<T> | null {
  const times = files.flatMap((file) => {
    const written = {
      localMs: Math.floor(file.mtimeUs / 1_000),
      offsetMinutes: null,
      hasTime: true,
      isUtc: true,
    }
    const modified = file.tags === null ? null : readModifyTag(file.tags)
    return [{ ...written, tag: 'file time' }, ...(modified === null ? [] : [modified])].map((reading) => ({
      file,
      reading,
    }))
  })
  const [earliest] = times
    .filter(({ reading }) => isPlausible(reading.localMs, nowMs))
    .sort((a, b) => a.reading.localMs - b.reading.localMs)
  if (earliest === undefined) return null
  const { file, reading } = earliest
  return { captured: settle(reading, 'file_time', file, place), file, detail: reading.tag }
}

function toCaptured(localMs: number, offsetMinutes: number | null, source: DateSource): Captured {
  return {
    at: new Date(localMs - (offsetMinutes ?? 0) * minuteMs).toISOString(),
    local: new Date(localMs).toISOString().slice(0, 19),
    offsetMinutes,
    source,
  }
}

function dayOf(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 10)
}
