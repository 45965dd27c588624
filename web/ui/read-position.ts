import { EditedPosition } from '../../protocol/curation.ts'

type Position = { latitude: number; longitude: number; altitudeM: number | null }

/** `59.9139, 10.7522`, and with a third number the metres above the sea. */
export function positionText({ latitude, longitude, altitudeM }: Position): string {
  return [latitude, longitude, ...(altitudeM === null ? [] : [altitudeM])].join(', ')
}

/** @returns undefined for what is no place on this planet */
export function readPosition(text: string): Position | undefined {
  const parts = text
    .split(/[,;\s]+/)
    .filter((part) => part !== '')
    .map((part) => part.replace(/[°m]$/, ''))
  if (parts.length < 2 || parts.length > 3 || !parts.every((part) => /^[-−+]?\d+(\.\d+)?$/.test(part)))
    return undefined
  const [latitude, longitude, altitudeM = null] = parts.map((part) => Number(part.replace('−', '-')))
  const read = EditedPosition.safeParse({ latitude, longitude, altitudeM })
  return read.success ? read.data : undefined
}
