import type { EditedTime } from '../../../../protocol/curation.ts'

/** As ExifTool takes it: `2024:05:01 14:03:22.5+02:00`; without a zone where none is known. */
export function writeCaptured({ local, offsetMinutes }: EditedTime): string {
  const [date = '', time = ''] = local.split('T')
  const shortened = time.replace(/(\.\d*?)0+$/, '$1').replace(/\.$/, '')
  return `${date.replaceAll('-', ':')} ${shortened}${offsetMinutes === null ? '' : writeOffset(offsetMinutes)}`
}

/** @param text a date of XMP; null when it says no second, and so no moment */
export function readCaptured(text: string | undefined): EditedTime | null {
  const parts = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,3})?\d*(Z|[+-]\d\d:\d\d)?$/.exec(text ?? '')
  if (parts === null) return null
  const [, seconds = '', fraction = '', zone] = parts
  return { local: seconds + fraction, offsetMinutes: zone === undefined ? null : readOffset(zone) }
}

function writeOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
  return `${minutes < 0 ? '-' : '+'}${String(hours).padStart(2, '0')}:${String(rest).padStart(2, '0')}`
}

function readOffset(zone: string): number {
  if (zone === 'Z') return 0
  const [hours = 0, minutes = 0] = zone.slice(1).split(':').map(Number)
  const offset = hours * 60 + minutes
  return zone.startsWith('-') && offset > 0 ? -offset : offset
}
