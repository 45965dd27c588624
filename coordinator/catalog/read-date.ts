/** What a clock showed, and how far it was ahead of UTC if that is known. */
export type ClockReading = {
  /** The reading as if it were UTC, in milliseconds since 1970. */
  localMs: number
  offsetMinutes: number | null
  /** False when only a day was given, perhaps only a month or year; the reading is then noon of its first day. */
  hasTime: boolean
}

/** Files can hold any text here; a longer one is no date, and the pattern would be slow on some. */
const longestText = 64

const dateText =
  /^\s*(\d{4})(?:[:\-/.](\d{1,2})(?:[:\-/.](\d{1,2})(?:[ T]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d+))?)?)?)?)?\s*(Z|[+-]\d{1,2}:?\d{2})?(?:\s*DST)?\s*$/

/**
 * Reads a date as ExifTool prints it: `2024:05:01 14:03:22.5+02:00`, or less of it.
 *
 * @returns null for what is no date and for days that no calendar has, such as `0000:00:00 00:00:00`
 */
export function readDate(value: unknown): ClockReading | null {
  const text = typeof value === 'number' ? String(value) : value
  if (typeof text !== 'string' || text.length > longestText) return null
  const match = dateText.exec(text)
  if (match === null) return null
  const [, year, month, day, hour, minute, second, fraction, offset] = match
  const localMs =
    hour === undefined
      ? clockMs(Number(year), Number(month ?? 1), Number(day ?? 1), 12, 0, 0)
      : clockMs(Number(year), Number(month), Number(day), Number(hour), Number(minute), Number(second ?? 0))
  if (localMs === null) return null
  return {
    localMs: localMs + fractionMs(fraction),
    offsetMinutes: hour === undefined ? null : readOffset(offset),
    hasTime: hour !== undefined,
  }
}

/** Milliseconds since 1970 of a clock reading taken as UTC; null when the calendar or the clock has no such reading. */
export function clockMs(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | null {
  if (year < 1000 || hour > 23 || minute > 59 || second > 59) return null
  const ms = Date.UTC(year, month - 1, day, hour, minute, second)
  const back = new Date(ms)
  return back.getUTCMonth() === month - 1 && back.getUTCDate() === day ? ms : null
}

/** Digits after the decimal point of a second, as milliseconds. `SubSecTime` may be a number or a text. */
export function fractionMs(digits: unknown): number {
  const text = String(digits ?? '').trim()
  return /^\d+$/.test(text) ? Number(text.slice(0, 3).padEnd(3, '0')) : 0
}

/** Minutes ahead of UTC, for `+02:00`, `-0330` and `Z`. */
export function readOffset(value: unknown): number | null {
  if (typeof value !== 'string') return null
  const text = value.trim()
  if (text === 'Z') return 0
  const match = /^([+-])(\d{1,2}):?(\d{2})$/.exec(text)
  if (match === null) return null
  const minutes = Number(match[2]) * 60 + Number(match[3])
  if (minutes > 18 * 60) return null
  return match[1] === '-' && minutes !== 0 ? -minutes : minutes
}
