import type { PathName } from '../../protocol/path-name.ts'
import { clockMs, fractionMs } from './read-date.ts'

/** A moment as a program put it into a name. */
export type NamedMoment = {
  /** `utc`: an instant. `local`: what the clock showed. `day`: noon of a day without a time. */
  kind: 'utc' | 'local' | 'day'
  /** Milliseconds since 1970, of the reading taken as UTC. */
  ms: number
}

/** Pixel phones name by UTC: `PXL_20240501_120322123`. */
const pixel = /^PXL_(\d{4})(\d\d)(\d\d)_(\d\d)(\d\d)(\d\d)(\d{3})?(?!\d)/

/** Milliseconds since 1970: Facebook, WeChat, and names that are nothing else. */
const epoch = /^(?:FB_IMG_|mmexport|wx_camera_)?(1\d{12})(?!\d)/

/** `20240501_140322`, `2024-05-01 14.03.22`, `20240501140322`, `2024-05-01 at 2.03.22 PM`, each with milliseconds or not. */
const moment =
  /(?<!\d)((?:19|20)\d\d)([-_.:]?)(\d\d)\2(\d\d)(?:[-_. T]|, | at | um )?(\d\d|\d(?=[-_.:h]))[-_.:h]?(\d\d)[-_.:m]?(\d\d)(?:[-_.]?(\d{3}))?(?!\d)(?:[ \u202f]?([AP])M)?/

const day = /(?<!\d)((?:19|20)\d\d)([-_.:]?)(\d\d)\2(\d\d)(?![0-9A-Za-z])/

/** Finds the moment that a file's name states; null when it states none. */
export function findNamedMoment(name: PathName): NamedMoment | null {
  const fromPixel = pixel.exec(name)
  if (fromPixel !== null) {
    const [, year, month, date, hour, minute, second, ms] = fromPixel
    return momentOf('utc', [year, month, date, hour, minute, second], ms)
  }

  const fromEpoch = epoch.exec(name)
  if (fromEpoch !== null) return { kind: 'utc', ms: Number(fromEpoch[1]) }

  const full = moment.exec(name)
  if (full !== null) {
    const [, year, , month, date, hour, minute, second, ms, half] = full
    const found = momentOf('local', [year, month, date, hourOf(Number(hour), half), minute, second], ms)
    if (found !== null) return found
  }

  const dated = day.exec(name)
  return dated === null ? null : momentOf('day', [dated[1], dated[3], dated[4], 12, 0, 0], undefined)
}

function momentOf(
  kind: NamedMoment['kind'],
  parts: (string | number | undefined)[],
  fraction: string | undefined,
): NamedMoment | null {
  const [year = 0, month = 0, date = 0, hour = 0, minute = 0, second = 0] = parts.map(Number)
  const ms = clockMs(year, month, date, hour, minute, second)
  return ms === null ? null : { kind, ms: ms + fractionMs(fraction) }
}

function hourOf(hour: number, half: string | undefined): number {
  if (half === undefined || hour > 12) return hour
  return (hour % 12) + (half === 'P' ? 12 : 0)
}
