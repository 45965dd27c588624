const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400

/** `40 s`, `5 min`, `3 h`, `2 d`. */
export function describeDuration(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * MINUTE_S) return `${Math.round(seconds / MINUTE_S)} min`
  if (seconds < 36 * HOUR_S) return `${Math.round(seconds / HOUR_S)} h`
  return `${Math.round(seconds / DAY_S)} d`
}

/** How long ago something was, or `never`. */
export function describeAge(at: string | null, now: Date = new Date()): string {
  if (at === null) return 'never'
  const seconds = (now.getTime() - Date.parse(at)) / 1_000
  return seconds < 10 ? 'now' : `${describeDuration(seconds)} ago`
}
