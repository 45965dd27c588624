import { z } from 'zod'

/** As `Date.getDay` counts them. */
export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const
export const Weekday = z.enum(weekdays)
export type Weekday = z.infer<typeof Weekday>

const TimeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day such as 22:30')

/** A stretch of the day by the clock on the wall; `to` before `from` goes on past midnight, equal ones are a whole day. */
export const DayWindow = z.object({
  from: TimeOfDay,
  to: TimeOfDay,
  /** On which it begins; all when it is left out. */
  days: z.array(Weekday).min(1).max(7).optional(),
})
export type DayWindow = z.infer<typeof DayWindow>

/** The clock on the wall: `weekday` 0 is Sunday, `minute` counts from midnight. */
export type WallTime = { weekday: number; minute: number }

const DAY_MINUTES = 24 * 60
const MINUTE_MS = 60_000
const WEEK_MINUTES = 7 * DAY_MINUTES

/** By the time zone of this process. */
export function wallTimeOf(date: Date): WallTime {
  return { weekday: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() }
}

export function isWithin(windows: readonly DayWindow[], at: WallTime): boolean {
  return windows.some((window) => covers(window, at))
}

/**
 * When the clock first shows a time that is within the windows, or outside of all of them.
 *
 * @param within which of the two is looked for
 * @returns `from` itself when that already is; undefined when no minute of the coming week is
 */
export function nextTime(windows: readonly DayWindow[], within: boolean, from: Date): Date | undefined {
  if (isWithin(windows, wallTimeOf(from)) === within) return from
  const firstMs = Math.floor(from.getTime() / MINUTE_MS) * MINUTE_MS
  // Minute by minute, because clocks are put forward and back.
  for (let minutes = 1; minutes <= WEEK_MINUTES; minutes += 1) {
    const at = new Date(firstMs + minutes * MINUTE_MS)
    if (isWithin(windows, wallTimeOf(at)) === within) return at
  }
  return undefined
}

function covers({ from, to, days = [...weekdays] }: DayWindow, { weekday, minute }: WallTime): boolean {
  const [start, end] = [minuteOf(from), minuteOf(to)]
  const begins = (day: number) => days.includes(weekdays[(day + 7) % 7]!)
  if (start < end) return begins(weekday) && minute >= start && minute < end
  // Past midnight it belongs to the day on which it began.
  return (begins(weekday) && minute >= start) || (begins(weekday - 1) && minute < end)
}

function minuteOf(time: string): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return hours * 60 + minutes
}
