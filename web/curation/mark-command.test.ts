import { expect, test } from 'vitest'
import { tileFixture } from '../dev/tile-fixture.ts'
import { type MarkCommand, planMarks, readMarkKey } from './mark-command.ts'

test.each<[string, MarkCommand | undefined]>([
  ['0', { type: 'rate', rating: 0 }],
  ['5', { type: 'rate', rating: 5 }],
  ['x', { type: 'rate', rating: -1 }],
  ['X', { type: 'rate', rating: -1 }],
  ['u', { type: 'rate', rating: null }],
  ['p', { type: 'pick' }],
  ['6', { type: 'label', label: 'Red' }],
  ['9', { type: 'label', label: 'Blue' }],
  ['F', { type: 'favourite' }],
  ['q', undefined],
  ['F5', undefined],
  ['10', undefined],
])('the key %s says %o', (key, command) => {
  expect(readMarkKey(key)).toEqual(command)
})

test('a pick leaves alone what has stars already', () => {
  const tiles = [3, -1, null, 0].map((rating, id) => tileFixture({ id, rating }))
  const plan = planMarks({ type: 'pick' }, tiles)
  expect(plan.tiles.map(({ id }) => id)).toEqual([1, 2, 3])
  expect(plan.edit).toEqual({ rating: 1 })
})

test('a label is taken away only where all have it', () => {
  const red = tileFixture({ label: 'Red' })
  const blue = tileFixture({ label: 'Blue' })
  const command = { type: 'label', label: 'Red' } as const
  expect(planMarks(command, [red, blue]).edit).toEqual({ label: 'Red' })
  expect(planMarks(command, [red, red]).edit).toEqual({ label: null })
})

test('favourite is taken away only where all are one', () => {
  const is = tileFixture({ favourite: true })
  const isNot = tileFixture({ favourite: false })
  expect(planMarks({ type: 'favourite' }, [is, isNot]).edit).toEqual({ favourite: true })
  expect(planMarks({ type: 'favourite' }, [is, is]).edit).toEqual({ favourite: false })
})
