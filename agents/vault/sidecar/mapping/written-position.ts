import type { z } from 'zod'
import type { EditedPosition } from '../../../../protocol/curation.ts'
import type { XmpProperties } from '../xmp/xmp-properties.ts'
import { findText, type PropertyName } from './property.ts'

type Position = z.infer<typeof EditedPosition>

/** A centimetre on the ground. */
const DEGREES_TOLERANCE = 1e-7
const METRES_TOLERANCE = 0.002

/** ExifTool makes XMP's degrees, minutes and letter of signed numbers; metres are a fraction and a sign of their own. */
export function writePosition({ latitude, longitude, altitudeM }: Position): {
  [name in PropertyName]: string
} {
  return {
    'exif:GPSLatitude': latitude.toFixed(9),
    'exif:GPSLongitude': longitude.toFixed(9),
    ...(altitudeM === null
      ? {}
      : {
          'exif:GPSAltitude': Math.abs(altitudeM).toFixed(3),
          'exif:GPSAltitudeRef': altitudeM < 0 ? '1' : '0',
        }),
  }
}

export function readPosition(properties: XmpProperties): Position | null {
  const latitude = readDegrees(findText(properties, 'exif:GPSLatitude'), 'S', 90)
  const longitude = readDegrees(findText(properties, 'exif:GPSLongitude'), 'W', 180)
  if (latitude === null || longitude === null) return null
  const metres = readFraction(findText(properties, 'exif:GPSAltitude'))
  const isBelow = findText(properties, 'exif:GPSAltitudeRef') === '1'
  return { latitude, longitude, altitudeM: metres === null ? null : isBelow ? -metres : metres }
}

export function samePosition(one: Position, other: Position): boolean {
  return (
    Math.abs(one.latitude - other.latitude) <= DEGREES_TOLERANCE &&
    Math.abs(one.longitude - other.longitude) <= DEGREES_TOLERANCE &&
    (one.altitudeM === null) === (other.altitudeM === null) &&
    Math.abs((one.altitudeM ?? 0) - (other.altitudeM ?? 0)) <= METRES_TOLERANCE
  )
}

/** `33,7.40740734S` or `33,7,24.4S`. */
function readDegrees(text: string | undefined, negative: 'S' | 'W', limit: number): number | null {
  const parts = /^(\d+),(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?([NSEW])$/.exec(text ?? '')
  if (parts === null) return null
  const [, degrees, minutes, seconds = '0', letter] = parts
  const value = Number(degrees) + Number(minutes) / 60 + Number(seconds) / 3_600
  if (value > limit) return null
  return letter === negative && value > 0 ? -value : value
}

function readFraction(text: string | undefined): number | null {
  const parts = /^(\d+(?:\.\d+)?)(?:\/(\d+))?$/.exec(text ?? '')
  const value = parts === null ? Number.NaN : Number(parts[1]) / Number(parts[2] ?? 1)
  return Number.isFinite(value) ? value : null
}
