type ShiftTexts = { days: string; hours: string; minutes: string; seconds: string }

/** @returns seconds; undefined when something is no whole number */
export function readShift({ days, hours, minutes, seconds }: ShiftTexts): number | undefined {
  const numbers = [days, hours, minutes, seconds].map((text) => text.trim())
  if (!numbers.every((text) => /^\d{0,6}$/.test(text))) return undefined
  const [d = 0, h = 0, m = 0, s = 0] = numbers.map(Number)
  return d * 86_400 + h * 3_600 + m * 60 + s
}

/** `2024-05-01T14:03:22` by so many seconds, on the camera's clock, which knows no summer time. */
export function shiftLocal(local: string, seconds: number): string {
  return new Date(Date.parse(`${local.slice(0, 19)}Z`) + seconds * 1_000).toISOString().slice(0, 19)
}
