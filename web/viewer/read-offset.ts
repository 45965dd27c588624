/** `+02:00` */
export function offsetText(offsetMinutes: number): string {
  const total = Math.abs(offsetMinutes)
  const pad = (value: number) => String(value).padStart(2, '0')
  return `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(total / 60))}:${pad(total % 60)}`
}

/**
 * @param text `+02:00`, `-3:30`, `+2`, `Z`; empty: not known
 * @returns minutes from UTC, null when not known, undefined for what is no offset
 */
export function readOffset(text: string): number | null | undefined {
  const trimmed = text.trim().replace('−', '-')
  if (trimmed === '') return null
  if (/^z$/i.test(trimmed)) return 0
  const match = /^([+-])(\d{1,2})(?::?(\d{2}))?$/.exec(trimmed)
  if (!match) return undefined
  const minutes = Number(match[2]) * 60 + Number(match[3] ?? 0)
  if (minutes > 1_080 || Number(match[3] ?? 0) > 59) return undefined
  return match[1] === '-' ? -minutes : minutes
}
