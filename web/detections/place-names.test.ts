import { expect, test } from 'vitest'
import { placeNames } from './place-names.ts'

test('a name stands above its box, or inside where there is no room', () => {
  const [above, inside, atRight] = placeNames([
    [0.2, 0.5, 0.3, 0.3],
    [0.4, 0.01, 0.3, 0.3],
    [0.8, 0.5, 0.15, 0.3],
  ])
  expect(above).toEqual({ side: 'left', across: 0.2, edge: 'bottom', down: 0.5, rank: 0 })
  expect(inside).toMatchObject({ side: 'left', edge: 'top', down: 0.01 })
  expect(atRight).toMatchObject({ side: 'right', edge: 'bottom' })
  expect(atRight?.across).toBeCloseTo(0.05)
})

test('names of things in the same place lie over one another, each to be reached', () => {
  const ranks = placeNames([
    [0.1, 0.3, 0.5, 0.5],
    [0.11, 0.305, 0.48, 0.5],
    [0.12, 0.31, 0.4, 0.4],
    [0.5, 0.3, 0.2, 0.2],
  ]).map(({ rank }) => rank)
  expect(ranks).toEqual([0, 1, 2, 0])
})
