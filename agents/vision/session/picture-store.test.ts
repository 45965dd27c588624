import sharp from 'sharp'
import { expect, test } from 'vitest'
import { type Size, UnreadablePictureError } from '../picture/picture.ts'
import { PictureStore, type StoredPicture } from './picture-store.ts'

const photo = await sharp({
  create: {
    width: 1_440,
    height: 1_080,
    channels: 3,
    background: '#808080',
    noise: { type: 'gaussian', mean: 128, sigma: 30 },
  },
})
  .jpeg()
  .toBuffer()
const preview = (hash: string) => ({ hash, bytes: photo, isOriginal: false, shrunkTo: null })
const looker = (name: string, looksCloser = false) => ({ name, looksCloser, isUrgent: false })
const small: Size = { widthPx: 416, heightPx: 312 }
const square: Size = { widthPx: 640, heightPx: 640 }
const resized = (picture: StoredPicture, size = small) => picture.resized(size, 'linear')

/** How far the numbers of two are apart on average. */
function difference(one: Uint8Array, other: Uint8Array): number {
  expect(one.length).toBe(other.length)
  return one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length
}

test('a picture has its size without being decoded', async () => {
  const picture = await new PictureStore(1e8).open(preview('a'), looker('detect'))
  expect(picture).toMatchObject({ widthPx: 1_440, heightPx: 1_080, decodeMs: 0 })
})

test('for a model alone it is made small while it is decoded, and is as it would be otherwise', async () => {
  const alone = new PictureStore(1e8)
  const shared = new PictureStore(1e8)
  await shared.open(preview('other'), looker('faces'))
  for (const size of [small, square, { widthPx: 224, heightPx: 224 }]) {
    const quick = await resized(await alone.open(preview('a'), looker('detect')), size)
    const picture = await shared.open(preview('a'), looker('detect'))
    const whole = await resized(picture, size)
    expect(quick).toMatchObject(size)
    expect(whole).toMatchObject(size)
    expect(difference(quick.rgb, whole.rgb)).toBeLessThan(3)
    expect(await picture.pixels()).toMatchObject({ widthPx: 1_440, heightPx: 1_080 })
  }
})

test('it is decoded once for all that look at it at the same time, and afterwards', async () => {
  const store = new PictureStore(1e8)
  const [detect, faces] = await Promise.all([
    store.open(preview('a'), looker('detect')),
    store.open(preview('a'), looker('faces', true)),
  ])
  const [, whole, again] = await Promise.all([resized(detect), faces.pixels(), detect.pixels()])
  expect(again.rgb).toBe(whole.rgb)
  expect((await (await store.open(preview('a'), looker('embed'))).pixels()).rgb).toBe(whole.rgb)
})

test('whoever looks at parts of it as well has it decoded once', async () => {
  const store = new PictureStore(1e8)
  const picture = await store.open(preview('a'), looker('faces', true))
  await resized(picture)
  const decodedMs = picture.decodeMs
  expect(decodedMs).toBeGreaterThan(1)
  await picture.pixels()
  expect(picture.decodeMs - decodedMs).toBeLessThan(1)
})

test('who looks at smaller pictures does not count for previews', async () => {
  const store = new PictureStore(1e8)
  const grid = await store.open({ ...preview('grid'), shrunkTo: square }, looker('embed'))
  await resized(grid)
  const picture = await store.open(preview('a'), looker('detect'))
  await resized(picture)
  const beforeMs = picture.decodeMs
  // It was not kept: all pixels are decoded now.
  await picture.pixels()
  expect(picture.decodeMs - beforeMs).toBeGreaterThan(1)
})

test('what cannot be decoded fails for all that asked, and is tried anew', async () => {
  const store = new PictureStore(1e8)
  const none = { ...preview('a'), bytes: Buffer.from('no picture') }
  await expect(store.open(none, looker('a'))).rejects.toThrow(UnreadablePictureError)
  const half = { ...preview('b'), bytes: photo.subarray(0, photo.length / 2) }
  const [one, other] = [await store.open(half, looker('a')), await store.open(half, looker('b'))]
  const both = await Promise.allSettled([one.pixels(), resized(other)])
  expect(both.map((result) => result.status === 'rejected' && result.reason)).toEqual([
    expect.any(UnreadablePictureError),
    expect.any(UnreadablePictureError),
  ])
  const whole = await store.open(preview('b'), looker('a'))
  expect(await resized(whole)).toMatchObject(small)
})

test('what there is no room to keep is read to its end, and its memory is given back then', async () => {
  const store = new PictureStore(1_440 * 1_080 * 3)
  const first = await store.open(preview('a'), looker('faces', true))
  const [one, other] = await Promise.all([first.pixels(), first.pixels()])
  const next = await store.open(preview('b'), looker('faces', true))
  await next.pixels()
  expect(one.rgb.length).toBe(1_440 * 1_080 * 3)
  one[Symbol.dispose]()
  one[Symbol.dispose]()
  expect(other.rgb.length).toBe(1_440 * 1_080 * 3)
  other[Symbol.dispose]()
  await expect.poll(() => other.rgb.length).toBe(0)
  expect((await first.pixels()).rgb.length).toBe(1_440 * 1_080 * 3)
})

test('what is kept stays after it has been read, and what was made small for one is gone', async () => {
  const store = new PictureStore(1e8)
  const picture = await store.open(preview('a'), looker('detect'))
  const alone = await resized(picture)
  alone[Symbol.dispose]()
  expect(alone.rgb.length).toBe(0)
  const whole = await picture.pixels()
  whole[Symbol.dispose]()
  expect((await picture.pixels()).rgb).toBe(whole.rgb)
  expect(whole.rgb.length).toBeGreaterThan(0)
})

test('an original is seen upright, and with 4,096 pixels a side at most', async () => {
  const wide = { create: { width: 6_000, height: 1_500, channels: 3, background: '#804020' } } as const
  const bytes = await sharp(wide).jpeg().withMetadata({ orientation: 6 }).toBuffer()
  const store = new PictureStore(1e8)
  const picture = await store.open({ hash: 'o', bytes, isOriginal: true, shrunkTo: null }, looker('detect'))
  expect(picture).toMatchObject({ widthPx: 1_024, heightPx: 4_096 })
  expect(await picture.pixels()).toMatchObject({ widthPx: 1_024, heightPx: 4_096 })
  const other = await store.open({ hash: 'p', bytes, isOriginal: true, shrunkTo: null }, looker('detect'))
  const made = await resized(other, { widthPx: 160, heightPx: 640 })
  expect(made.rgb).toHaveLength(160 * 640 * 3)
  for (const [channel, value] of [0x80, 0x40, 0x20].entries()) {
    expect(Math.abs(made.rgb[channel]! - value)).toBeLessThan(6)
  }
})
