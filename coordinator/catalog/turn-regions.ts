import type { CuratedValues } from '../../protocol/edits.ts'
import type { KnownFile } from './known-file.ts'
import { byAuthority, cameraFirst } from './known-file.ts'
import { tagNumber } from './tag-values.ts'

type Regions = NonNullable<CuratedValues['regions']>
type Box = Regions[number]['box']
type Size = { width: number; height: number }

/** EXIF's orientations that lay the picture on its side. */
const onItsSide: readonly number[] = [5, 6, 7, 8]

/**
 * Regions as parts of the upright picture, wherever it can be told that they are parts of the stored one: a picture
 * that is stored lying has its sides exchanged, and the size that the regions are said to apply to shows which is
 * meant. Of pictures that are upside down or mirrored both sizes are equal, so their regions are taken for upright, as
 * are those that name no size.
 *
 * @param appliedTo as the regions have it
 * @param files of the asset, whose camera's tags have the orientation and the stored size
 */
export function uprightRegions(
  regions: Regions,
  appliedTo: Size | null,
  files: readonly KnownFile[],
): Regions {
  const stored = storedPicture(files)
  if (appliedTo === null || stored === null || !onItsSide.includes(stored.orientation)) return regions
  if (appliedTo.width === appliedTo.height || stored.width === stored.height) return regions
  if (appliedTo.width > appliedTo.height !== stored.width > stored.height) return regions
  return regions.map((region) => ({ ...region, box: turnedBox(region.box, stored.orientation) }))
}

/** A part of the stored picture as the same part of the upright one, by EXIF's orientation 1 … 8. */
export function turnedBox([x, y, width, height]: Box, orientation: number): Box {
  const [right, below] = [rest(x, width), rest(y, height)]
  switch (orientation) {
    case 2:
      return [right, y, width, height]
    case 3:
      return [right, below, width, height]
    case 4:
      return [x, below, width, height]
    case 5:
      return [y, x, height, width]
    case 6:
      return [below, x, height, width]
    case 7:
      return [below, right, height, width]
    case 8:
      return [y, right, height, width]
    default:
      return [x, y, width, height]
  }
}

/** What is left beyond a side; ten digits, without the noise of binary fractions. */
function rest(from: number, length: number): number {
  return Math.max(0, Math.round((1 - from - length) * 1e10) / 1e10)
}

/** The first file that knows both: pictures as the camera wrote them, then what programs have copied into sidecars. */
function storedPicture(files: readonly KnownFile[]): (Size & { orientation: number }) | null {
  for (const { tags } of byAuthority(files, cameraFirst)) {
    if (tags === null) continue
    for (const [orientationTag, ...sides] of sources) {
      const [orientation, width, height] = [orientationTag, ...sides].map((tag) => tagNumber(tags, tag))
      if (orientation != null && width && height) return { orientation, width, height }
    }
  }
  return null
}

const sources = [
  ['EXIF:Orientation', 'File:ImageWidth', 'File:ImageHeight'],
  ['EXIF:Orientation', 'EXIF:ExifImageWidth', 'EXIF:ExifImageHeight'],
  ['EXIF:Orientation', 'EXIF:ImageWidth', 'EXIF:ImageHeight'],
  ['XMP:Orientation', 'XMP:ImageWidth', 'XMP:ImageHeight'],
] as const
