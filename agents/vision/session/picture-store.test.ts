import sharp from 'sharp'
import { expect, test } from 'vitest'
import { PictureStore } from './picture-store.ts'

const bytes = await sharp({ create: { width: 1_440, height: 1_080, channels: 3, background: '#808080' } })
  .jpeg()
  .toBuffer()
const preview = { hash: 'a', bytes }
const widthOf = ({ widthPx }: { widthPx: number }) => widthPx

test('a preview is decoded once for all that look at it, as large as the neediest wants it', async () => {
  const store = new PictureStore(100_000_000)
  const [detect, faces] = await Promise.all([
    store.get({ ...preview, hash: 'first' }, 'detect', 416),
    store.get({ ...preview, hash: 'first' }, 'faces', Number.POSITIVE_INFINITY),
  ])
  expect([detect, faces].map(widthOf)).toEqual([720, 1_440])
  // From now on it is known that somebody wants all.
  const shared = await Promise.all([
    store.get(preview, 'detect', 416),
    store.get(preview, 'faces', Number.POSITIVE_INFINITY),
    store.get(preview, 'embed', 224),
  ])
  expect(shared.map(widthOf)).toEqual([1_440, 1_440, 1_440])
  expect(new Set(shared.map(({ rgb }) => rgb)).size).toBe(1)
})

test('a model alone gets what it can see', async () => {
  const store = new PictureStore(100_000_000)
  expect(widthOf(await store.get(preview, 'embed', 224))).toBe(360)
})

test('what is too small for the next one is decoded anew', async () => {
  const store = new PictureStore(100_000_000)
  await store.get(preview, 'embed', 224)
  expect(widthOf(await store.get(preview, 'detect', 416))).toBe(720)
  expect(widthOf(await store.get(preview, 'embed', 224))).toBe(720)
})

test('what cannot be decoded fails for all that asked, and is tried anew', async () => {
  const store = new PictureStore(100_000_000)
  const broken = { hash: 'b', bytes: Buffer.from('no picture') }
  const both = await Promise.allSettled([store.get(broken, 'a', 224), store.get(broken, 'b', 224)])
  expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  expect(widthOf(await store.get({ hash: 'b', bytes }, 'a', 224))).toBe(360)
})
