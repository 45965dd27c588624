const integers = new Intl.NumberFormat('en')
const byteUnits = ['B', 'kB', 'MB', 'GB', 'TB'] as const

/** `1,204` */
export function formatCount(count: number): string {
  return integers.format(count)
}

/** `1 photo`, `1,204 photos` */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`
}

/** Decimal units, as disks are sold: `4.2 MB`. */
export function formatBytes(sizeBytes: number): string {
  let value = sizeBytes
  let unit = 0
  while (value >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000
    unit += 1
  }
  const text = unit === 0 || value >= 99.95 ? value.toFixed(0) : value.toFixed(1)
  return `${text} ${byteUnits[unit]}`
}

/** Playing time: `0:07`, `12:34`, `1:02:03`. */
export function formatDuration(durationMs: number): string {
  const seconds = Math.round(durationMs / 1000)
  const pad = (value: number) => String(value).padStart(2, '0')
  const minutes = Math.floor(seconds / 60)
  const hours = Math.floor(minutes / 60)
  return hours > 0 ? `${hours}:${pad(minutes % 60)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`
}

/** Time left, for people: `under a minute`, `about 12 min`, `about 3 h`. */
export function formatEta(etaSeconds: number): string {
  if (etaSeconds < 60) return 'under a minute'
  if (etaSeconds < 90 * 60) return `about ${Math.max(1, Math.round(etaSeconds / 60))} min`
  if (etaSeconds < 36 * 3600) return `about ${Math.round(etaSeconds / 3600)} h`
  return `about ${Math.round(etaSeconds / 86_400)} days`
}

/** `0.4 /s`, `23 /s` */
export function formatRate(perSecond: number): string {
  return `${perSecond >= 10 ? Math.round(perSecond) : perSecond.toFixed(1)} per second`
}
