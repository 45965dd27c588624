import { thumbHashToAverageRGBA, thumbHashToDataURL } from 'thumbhash'

const KEPT = 2_000
const pictures = new Map<string, string | null>()
const colours = new Map<string, string>()

/** A blurred picture as a data URL, or null when the hash is not one. */
export function thumbhashPicture(hash: string): string | null {
  return remember(pictures, hash, () => {
    try {
      return thumbHashToDataURL(bytesOf(hash))
    } catch {
      return null
    }
  })
}

/** The average colour, cheap enough for tiles that fly past. */
export function thumbhashColour(hash: string): string {
  return remember(colours, hash, () => {
    try {
      const { r, g, b } = thumbHashToAverageRGBA(bytesOf(hash))
      return `rgb(${Math.round(r * 255)} ${Math.round(g * 255)} ${Math.round(b * 255)})`
    } catch {
      return 'var(--sunken)'
    }
  })
}

function bytesOf(hash: string): Uint8Array {
  return Uint8Array.from(atob(hash), (letter) => letter.charCodeAt(0))
}

function remember<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key)
  if (known !== undefined) return known
  const value = make()
  if (cache.size >= KEPT) cache.delete(cache.keys().next().value as string)
  cache.set(key, value)
  return value
}
