import { expect, test } from 'vitest'
import { ByteCache } from './byte-cache.ts'

test('what was used longest ago goes first when there is no room', () => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('b', 'B', 4)
  expect(cache.get('a')).toBe('A')
  cache.set('c', 'C', 4)
  expect([cache.get('a'), cache.get('b'), cache.get('c')]).toEqual(['A', undefined, 'C'])
})

test('a value that replaces another counts once', () => {
  const cache = new ByteCache<string>(10)
  for (let round = 0; round < 5; round += 1) cache.set('a', 'A', 6)
  cache.set('b', 'B', 4)
  expect([cache.get('a'), cache.get('b')]).toEqual(['A', 'B'])
})

test('what is larger than the whole is not kept, and drives nothing out', () => {
  const cache = new ByteCache<string>(10)
  cache.set('a', 'A', 4)
  cache.set('huge', 'H', 11)
  expect([cache.get('a'), cache.get('huge')]).toEqual(['A', undefined])
})
