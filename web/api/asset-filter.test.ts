import { expect, test } from 'vitest'
import { narrows, parseAssetFilter } from './asset-filter.ts'

test('an address becomes a filter, and what is none is dropped', () => {
  expect(
    parseAssetFilter({ q: ' boats ', minRating: '4', favourite: true, from: '2024-05-01', page: 3 }),
  ).toEqual({ q: 'boats', minRating: 4, favourite: true, from: '2024-05-01' })
  expect(parseAssetFilter({ q: '  ', minRating: 9, kind: 'song', to: 'tomorrow', favourite: false })).toEqual(
    {},
  )
})

test('a search for a number is a search for a text', () => {
  expect(parseAssetFilter({ q: 2024 })).toEqual({ q: '2024' })
})

test('words alone leave nothing out', () => {
  expect(narrows({ q: 'boats', text: 'x' })).toBe(false)
  expect(narrows({ q: 'boats', kind: 'video' })).toBe(true)
})
