import type { GeoPoint } from '../../protocol/assets.ts'
import type { Tags } from '../../protocol/ingest.ts'
import { byAuthority, type KnownFile, sidecarFirst } from './known-file.ts'

export type FoundPlace<T extends KnownFile> = { position: GeoPoint; file: T; tag: string }

/** Where an asset was taken, in degrees north and east; null when no file says so. */
export function placeAsset(files: readonly KnownFile[]): GeoPoint | null {
  return findPlace(files)?.position ?? null
}

/** As {@link placeAsset}, with the file and the tag behind it. */
export function findPlace<T extends KnownFile>(files: readonly T[]): FoundPlace<T> | null {
  for (const file of byAuthority(files, sidecarFirst)) {
    if (file.tags === null) continue
    const found = placeInTags(file.tags)
    if (found !== null) return { ...found, file }
  }
  return null
}

/**
 * EXIF keeps the sign in a tag of its own; without it the hemisphere is unknown, and no place is better than
 * the wrong one. XMP has signed numbers, but some programs write a reference beside an unsigned number, from
 * which ExifTool then composes a position on the wrong side: so `Composite` comes after both.
 */
function placeInTags(tags: Tags): { position: GeoPoint; tag: string } | null {
  const exif = pointOf(
    signed(tags['EXIF:GPSLatitude'], tags['EXIF:GPSLatitudeRef'], true),
    signed(tags['EXIF:GPSLongitude'], tags['EXIF:GPSLongitudeRef'], true),
    altitude(tags, 'EXIF'),
  )
  if (exif !== null) return { position: exif, tag: 'EXIF:GPSLatitude' }

  const xmp = pointOf(
    signed(tags['XMP:GPSLatitude'], tags['XMP:GPSLatitudeRef'], false),
    signed(tags['XMP:GPSLongitude'], tags['XMP:GPSLongitudeRef'], false),
    altitude(tags, 'XMP'),
  )
  if (xmp !== null) return { position: xmp, tag: 'XMP:GPSLatitude' }

  const takeout = pointOf(
    numberOf(tags['JSON:GeoDataLatitude']),
    numberOf(tags['JSON:GeoDataLongitude']),
    numberOf(tags['JSON:GeoDataAltitude']),
  )
  if (takeout !== null) return { position: takeout, tag: 'JSON:GeoDataLatitude' }

  for (const tag of ['QuickTime:GPSCoordinates', 'QuickTime:LocationInformation', 'Composite:GPSPosition']) {
    const numbers =
      typeof tags[tag] === 'string'
        ? tags[tag]
            .trim()
            .split(/[\s,]+/)
            .map(numberOf)
        : []
    const point = pointOf(numbers[0] ?? null, numbers[1] ?? null, numbers[2] ?? altitude(tags, 'Composite'))
    if (point !== null) return { position: point, tag }
  }
  return null
}

function pointOf(
  latitude: number | null,
  longitude: number | null,
  altitudeM: number | null,
): GeoPoint | null {
  if (latitude === null || longitude === null) return null
  if (Math.abs(latitude) > 90 || Math.abs(longitude) > 180) return null
  // Receivers without a fix write zeros. Nobody has a picture of exactly this spot in the Gulf of Guinea.
  if (latitude === 0 && longitude === 0) return null
  const isPossible = altitudeM !== null && altitudeM > -12_000 && altitudeM < 100_000
  return { latitude, longitude, altitudeM: isPossible ? altitudeM : null }
}

function signed(value: unknown, reference: unknown, needsReference: boolean): number | null {
  const degrees = numberOf(value)
  if (degrees === null) return null
  const side = typeof reference === 'string' ? reference.trim().charAt(0).toUpperCase() : ''
  if (side === 'S' || side === 'W') return -Math.abs(degrees)
  if (side === 'N' || side === 'E') return Math.abs(degrees)
  return needsReference ? null : degrees
}

/** Metres above the sea; reference 1 is below it. */
function altitude(tags: Tags, group: string): number | null {
  const metres = numberOf(tags[`${group}:GPSAltitude`])
  if (metres === null || group === 'Composite') return metres
  return numberOf(tags[`${group}:GPSAltitudeRef`]) === 1 ? -Math.abs(metres) : metres
}

function numberOf(value: unknown): number | null {
  if (typeof value === 'string' && value.trim() === '') return null
  const number = typeof value === 'number' || typeof value === 'string' ? Number(value) : Number.NaN
  return Number.isFinite(number) ? number : null
}
