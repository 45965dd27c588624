/** An exposure time in seconds as photographers write it: `1/250 s`, `0.5 s`, `30 s`. */
export function exposureText(seconds: number): string {
  if (seconds > 0.26) return `${rounded(seconds)} s`
  return `1/${Math.round(1 / seconds)} s`
}

/** `f/2.8`, `f/8` */
export function apertureText(fNumber: number): string {
  return `f/${rounded(fNumber)}`
}

/** `35 mm`, `4.3 mm` */
export function focalLengthText(millimetres: number): string {
  return `${rounded(millimetres)} mm`
}

export function isoText(iso: number): string {
  return `ISO ${Math.round(iso)}`
}

/** `48.15005° N, 11.57616° E`: a metre more or less. */
export function positionText(latitude: number, longitude: number): string {
  const north = `${Math.abs(latitude).toFixed(5)}° ${latitude < 0 ? 'S' : 'N'}`
  return `${north}, ${Math.abs(longitude).toFixed(5)}° ${longitude < 0 ? 'W' : 'E'}`
}

/** `2024-05-01 14:03:22 +02:00`, without the offset when nobody knows it. */
export function captureText(local: string, offsetMinutes: number | null): string {
  const clock = local.replace('T', ' ')
  if (offsetMinutes === null) return clock
  const minutes = Math.abs(offsetMinutes)
  const two = (number: number) => String(number).padStart(2, '0')
  return `${clock} ${offsetMinutes < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}

function rounded(value: number): string {
  return String(Number(value.toFixed(1)))
}
