import type { AssetDetail, DateSource, MetadataField } from '../../protocol/assets.ts'
import { formatLocal, formatOffset } from '../ui/format-when.ts'

const dateSources: Record<DateSource, string> = {
  exif_original: 'from the camera',
  exif_create: 'from the camera (digitised)',
  xmp: 'from XMP',
  quicktime: 'from the video',
  gps: 'from the GPS clock',
  takeout: 'from Google Photos',
  file_name: 'from the file name',
  person: 'entered by hand',
  file_time: 'from the file’s time, which may be when it was copied',
}

/** When it was taken, and how far that can be trusted. */
export function describeWhen({ captured }: AssetDetail): { when: string; source: string } {
  if (!captured) return { when: 'No date', source: 'neither the files nor their names say' }
  const offset = captured.offsetMinutes === null ? '' : ` ${formatOffset(captured.offsetMinutes)}`
  return { when: `${formatLocal(captured.local)}${offset}`, source: dateSources[captured.source] }
}

/** `35 mm · f/2.8 · 1/250 s · ISO 400`, as much of it as is known. */
export function describeExposure(metadata: readonly MetadataField[]): string {
  const order = ['focalLength', 'aperture', 'exposure', 'iso'] as const
  return order
    .map((field) => metadata.find((known) => known.field === field)?.value)
    .filter((value) => value !== undefined)
    .join(' · ')
}

/** `exposureTime` → `Exposure time` */
export function fieldName(field: string): string {
  if (field === 'iso') return 'ISO'
  const words = field.replace(/([A-Z])/g, ' $1').toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A tag's value on one line. */
export function tagText(value: unknown): string {
  if (Array.isArray(value)) return value.map(tagText).join(', ')
  return typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value)
}
