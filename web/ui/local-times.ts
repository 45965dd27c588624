const utcMinute = /(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}) UTC/g
const clock = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const date = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' })
const dateOfYear = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })

/**
 * The server's sentences hold times as `2026-11-21 08:12 UTC`; this tells them as the reader's own clock and
 * calendar do: `09:12`, `09:12 yesterday`, `09:12 on 3 Nov`.
 */
export function withLocalTimes(text: string, nowMs: number): string {
  return text.replace(utcMinute, (whole, day: string, time: string) => {
    const atMs = Date.parse(`${day}T${time}:00Z`)
    return Number.isNaN(atMs) ? whole : formatMoment(atMs, nowMs)
  })
}

/** `09:12`, `09:12 tomorrow`, `09:12 on 3 Nov`, `09:12 on 3 Nov 2025`. */
export function formatMoment(atMs: number, nowMs: number): string {
  const time = clock.format(atMs)
  const days = localDay(atMs) - localDay(nowMs)
  if (days === 0) return time
  if (days === -1) return `${time} yesterday`
  if (days === 1) return `${time} tomorrow`
  const isThisYear = new Date(atMs).getFullYear() === new Date(nowMs).getFullYear()
  return `${time} on ${(isThisYear ? date : dateOfYear).format(atMs)}`
}

/** Days since some day long ago, counted by the local calendar. */
function localDay(atMs: number): number {
  const at = new Date(atMs)
  return Math.round(Date.UTC(at.getFullYear(), at.getMonth(), at.getDate()) / 86_400_000)
}
