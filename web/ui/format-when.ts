const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const

/** `2024-05` → `May 2024`; `undated` → `No date`. */
export function formatBucket(bucket: string): string {
  const [year, month] = bucket.split('-')
  const name = months[Number(month) - 1]
  return year && name ? `${name} ${year}` : 'No date'
}

/** The local day a picture belongs to, `2024-05-18`, or null without a date. */
export function dayOf(capturedLocal: string | null): string | null {
  return capturedLocal && /^\d{4}-\d{2}-\d{2}/.test(capturedLocal) ? capturedLocal.slice(0, 10) : null
}

/** The timeline bucket a picture belongs to. */
export function bucketOf(capturedLocal: string | null): string {
  return dayOf(capturedLocal)?.slice(0, 7) ?? 'undated'
}

/** `2024-05-18` → `Sat 18`: the month stands in the section's heading. */
export function formatDay(day: string): string {
  const [year, month, date] = day.split('-').map(Number)
  if (!year || !month || !date) return day
  return `${weekdays[new Date(Date.UTC(year, month - 1, date)).getUTCDay()]} ${date}`
}

/** Wall time as the camera showed it: `Sat 18 May 2024, 14:03`. No zone is applied. */
export function formatLocal(capturedLocal: string): string {
  const day = dayOf(capturedLocal)
  if (!day) return capturedLocal
  const time = capturedLocal.slice(11, 16)
  return `${formatDay(day)} ${formatBucket(day.slice(0, 7))}${time ? `, ${time}` : ''}`
}

/** `UTC+2`, `UTC−3:30` */
export function formatOffset(offsetMinutes: number): string {
  const sign = offsetMinutes < 0 ? '−' : '+'
  const total = Math.abs(offsetMinutes)
  const minutes = total % 60
  return `UTC${sign}${Math.floor(total / 60)}${minutes ? `:${String(minutes).padStart(2, '0')}` : ''}`
}

/** `just now`, `4 min ago`, `3 h ago`, `2 days ago`. */
export function formatAgo(at: string, nowMs: number): string {
  const seconds = Math.max(0, (nowMs - Date.parse(at)) / 1000)
  if (seconds < 45) return 'just now'
  if (seconds < 90 * 60) return `${Math.max(1, Math.round(seconds / 60))} min ago`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h ago`
  return `${Math.round(seconds / 86_400)} days ago`
}

/** How long something lasts: `under a second`, `12 s`, `4 min`, `3 h`, `2 days`. */
export function formatSpan(spanMs: number): string {
  const seconds = Math.max(0, spanMs) / 1000
  if (seconds < 1) return 'under a second'
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 90 * 60) return `${Math.round(seconds / 60)} min`
  if (seconds < 36 * 3600) return `${Math.round(seconds / 3600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
