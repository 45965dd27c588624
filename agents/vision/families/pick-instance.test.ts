import { expect, test } from 'vitest'
import { boxOfMask } from '../../../protocol/mask-shape.ts'
import { encodeMask } from '../../../protocol/rle.ts'
import type { FoundObject, Point } from '../../../protocol/vision.ts'
import { pickInstance } from './pick-instance.ts'

/** A thing whose outline is drawn on a map of 8 × 4 pixels. */
function thing(className: string, ...rows: string[]): FoundObject {
  const bits = Uint8Array.from(rows.join(''), (character) => Number(character === '#'))
  const mask = encodeMask(bits, rows.length, rows[0]!.length)
  return { className, box: boxOfMask(mask)!, score: 0.9, mask }
}

const person = thing('person', '.####...', '.####...', '.####...', '.####...')
const tie = thing('tie', '........', '..##....', '..##....', '........')
const dog = thing('dog', '......##', '......##', '......##', '......##')
const all = [person, dog, tie, { ...dog, className: 'a box only', mask: null }]
/** The middle of a pixel. */
const pixel = (column: number, row: number): Point => [(column + 0.5) / 8, (row + 0.5) / 4]
const inside = (column: number, row: number) => ({ at: pixel(column, row), inside: true })
const outside = (column: number, row: number) => ({ at: pixel(column, row), inside: false })
const pick = (points: ReturnType<typeof inside>[], box: FoundObject['box'] | null = null) =>
  pickInstance(all, { points, box })?.className

test.each([
  ['the thing under a point', [inside(7, 0)], 'dog'],
  ['the smallest of several, which lies on the others', [inside(2, 1)], 'tie'],
  ['the larger one, where the smaller is not', [inside(2, 3)], 'person'],
  ['what is not under an outer point', [inside(1, 1), outside(2, 1)], undefined],
  ['the one without the outer point', [inside(1, 0), outside(7, 0)], 'person'],
  ['the one with more of the points', [inside(2, 1), inside(1, 0)], 'person'],
  ['nothing beside them all', [inside(0, 0)], undefined],
  ['nothing where only an outer point is', [outside(7, 0)], undefined],
] as const)('a prompt of points finds %s', (_, points, expected) => {
  expect(pick([...points])).toBe(expected)
})

test.each([
  ['the thing whose box comes nearest', [0.1, 0, 0.55, 1], 'person'],
  ['the smaller one', [0.2, 0.2, 0.35, 0.6], 'tie'],
  ['nothing that hardly touches it', [0.6, 0, 0.2, 0.3], undefined],
] as const)('a prompt of a box finds %s', (_, box, expected) => {
  expect(pick([], [...box])).toBe(expected)
})

test('a point and a box are both kept to', () => {
  expect(pick([inside(2, 1)], [0.125, 0, 0.5, 1])).toBe('person')
  expect(pick([inside(7, 1)], [0.125, 0, 0.5, 1])).toBeUndefined()
})

test('a box that an outer point is in finds something else', () => {
  expect(pick([outside(1, 0)], [0.125, 0, 0.5, 1])).toBeUndefined()
  expect(pick([outside(1, 0)], [0.2, 0.2, 0.35, 0.6])).toBe('tie')
})

test('nothing is found where nothing has an outline', () => {
  expect(pickInstance([{ ...person, mask: null }], { points: [inside(2, 2)], box: null })).toBeNull()
})
