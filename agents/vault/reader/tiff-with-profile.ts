import type { Pixels } from './make-derived.ts'

/** TIFF field types. */
const SHORT = 3
const LONG = 4
const UNDEFINED = 7

/**
 * Wraps raw pixels and an ICC profile into an uncompressed TIFF.
 *
 * sharp takes a profile only from a file, never beside raw pixels; this is the cheapest file there is.
 */
export function tiffWithProfile({ data, widthPx, heightPx, channels }: Pixels, profile: Buffer): Buffer {
  const fields: [tag: number, type: number, count: number, value: number][] = [
    [256, LONG, 1, widthPx],
    [257, LONG, 1, heightPx],
    [258, SHORT, 1, 8],
    [259, SHORT, 1, 1],
    [262, SHORT, 1, 2],
    [273, LONG, 1, 0],
    [277, SHORT, 1, channels],
    [278, LONG, 1, heightPx],
    [279, LONG, 1, data.length],
    [284, SHORT, 1, 1],
  ]
  if (channels === 4) fields.push([338, SHORT, 1, 2])
  fields.push([34675, UNDEFINED, profile.length, 0])
  const bitsAt = 8 + 2 + fields.length * 12 + 4
  const profileAt = bitsAt + channels * 2
  const pixelsAt = profileAt + profile.length + (profile.length % 2)
  const head = Buffer.alloc(pixelsAt)
  head.write('II', 0, 'latin1')
  head.writeUInt16LE(42, 2)
  head.writeUInt32LE(8, 4)
  head.writeUInt16LE(fields.length, 8)
  fields.forEach(([tag, type, count, value], index) => {
    const at = 10 + index * 12
    head.writeUInt16LE(tag, at)
    head.writeUInt16LE(type, at + 2)
    head.writeUInt32LE(tag === 258 ? channels : count, at + 4)
    head.writeUInt32LE(
      tag === 258 ? bitsAt : tag === 273 ? pixelsAt : tag === 34675 ? profileAt : value,
      at + 8,
    )
  })
  for (let channel = 0; channel < channels; channel += 1) head.writeUInt16LE(8, bitsAt + channel * 2)
  profile.copy(head, profileAt)
  return Buffer.concat([head, data])
}
