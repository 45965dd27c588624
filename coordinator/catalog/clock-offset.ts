import findZone from '@photostructure/tz-lookup'
import type { GeoPoint } from '../../protocol/assets.ts'

/** Offsets in use that are no whole hours, in minutes. */
const oddOffsets = new Set([-570, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825])

const minuteMs = 60_000

/**
 * The offset of a clock that showed `localMs` at the instant `instantMs`: the difference to the nearest
 * quarter of an hour. A fix of the GPS that is hours old gives a number that no place uses: null then.
 */
export function offsetBetween(localMs: number, instantMs: number): number | null {
  const minutes = Math.round((localMs - instantMs) / minuteMs / 15) * 15
  const isInUse = minutes >= -720 && minutes <= 840 && (minutes % 60 === 0 || oddOffsets.has(minutes))
  return isInUse ? minutes + 0 : null
}

/** Minutes ahead of UTC that clocks at a place were at an instant. */
export function placeOffsetAt(place: GeoPoint, instantMs: number): number | null {
  const zone = zoneOf(place)
  return zone === null ? null : zoneOffset(zone, instantMs)
}

/**
 * Minutes ahead of UTC of clocks at a place when they showed `localMs`. An hour that happens twice is taken
 * for the first one, an hour that daylight saving skips as if the clock had not been changed yet.
 */
export function placeOffsetOfClock(place: GeoPoint, localMs: number): number | null {
  const zone = zoneOf(place)
  if (zone === null) return null
  // No offset changes by more than a day: what was true a day before is the offset before any change.
  const before = zoneOffset(zone, localMs - 1_440 * minuteMs)
  const after = zoneOffset(zone, localMs + 1_440 * minuteMs)
  if (zoneOffset(zone, localMs - before * minuteMs) === before) return before
  return zoneOffset(zone, localMs - after * minuteMs) === after ? after : before
}

function zoneOf(place: GeoPoint): string | null {
  try {
    return findZone(place.latitude, place.longitude)
  } catch {
    return null
  }
}

const formats = new Map<string, Intl.DateTimeFormat>()

function zoneOffset(zone: string, instantMs: number): number {
  let format = formats.get(zone)
  if (format === undefined) {
    format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    formats.set(zone, format)
  }
  const name = format.formatToParts(instantMs).find((part) => part.type === 'timeZoneName')?.value ?? 'GMT'
  // `GMT`, `GMT+02:00`, and before the zones of 1883 and later `GMT+00:53:28`.
  const match = /([+-])(\d\d):(\d\d)(?::(\d\d))?$/.exec(name)
  if (match === null) return 0
  const minutes = Number(match[2]) * 60 + Number(match[3]) + Math.round(Number(match[4] ?? 0) / 60)
  return match[1] === '-' ? -minutes : minutes
}
