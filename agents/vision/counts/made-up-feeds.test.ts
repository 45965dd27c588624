import { expect, test } from 'vitest'
import { madeUpFeeds } from './made-up-feeds.ts'

test('what a file leaves open is one picture of the size that is asked for', () => {
  const feeds = madeUpFeeds([{ name: 'images', type: 'float32', dims: ['batch', 3, null, null] }], [320, 192])
  expect(feeds.images).toMatchObject({ type: 'float32', dims: [1, 3, 192, 320] })
  expect(feeds.images!.data).toHaveLength(3 * 192 * 320)
})

test('sizes of pictures are whole numbers', () => {
  const feeds = madeUpFeeds([{ name: 'orig_target_sizes', type: 'int64', dims: ['N', 2] }], null)
  expect(feeds).toEqual({
    orig_target_sizes: { type: 'int64', data: BigInt64Array.of(640n, 640n), dims: [1, 2] },
  })
})

test('an input that no picture fills is refused before there is memory for it', () => {
  const input = { name: 'x', type: 'float32', dims: [1, 3, 2 ** 30, 2 ** 30] }
  expect(() => madeUpFeeds([input], null)).toThrow(RangeError)
})
