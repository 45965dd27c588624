import fc from 'fast-check'
import { expect, test } from 'vitest'
import { nameThings } from './name-things.ts'

const things = [
  'truck',
  'fire truck',
  'car',
  'cat',
  'dog',
  'person',
  'knife',
  'cherry',
  'bus',
  'Zoey',
  'Jörg',
]

test.each([
  ['all trucks', [{ thing: 'truck', rest: undefined }]],
  ['Zoey in the snow', [{ thing: 'Zoey', rest: 'in the snow' }]],
  ['zoey', [{ thing: 'Zoey', rest: undefined }]],
  [
    'a red fire truck',
    [
      { thing: 'fire truck', rest: 'a red' },
      { thing: 'truck', rest: 'a red fire' },
    ],
  ],
  [
    'people and buses',
    [
      { thing: 'person', rest: 'and buses' },
      { thing: 'bus', rest: 'people and' },
    ],
  ],
  [
    'knives with cherries',
    [
      { thing: 'knife', rest: 'with cherries' },
      { thing: 'cherry', rest: 'knives with' },
    ],
  ],
  ['J\u006f\u0308rg', [{ thing: 'Jörg', rest: undefined }]],
  ['cats', [{ thing: 'cat', rest: undefined }]],
  ['concatenate', []],
  ['scar', []],
  ['', []],
])('“%s” names what is known', (question, expected) => {
  expect(
    nameThings(question, things).toSorted((a, b) => things.indexOf(b.thing) - things.indexOf(a.thing)),
  ).toEqual(expected.toSorted((a, b) => things.indexOf(b.thing) - things.indexOf(a.thing)))
})

test('names no more things than are wanted', () => {
  expect(nameThings('truck car cat dog', things, 2)).toHaveLength(2)
})

test('takes any words', () => {
  fc.assert(
    fc.property(fc.string(), fc.array(fc.string()), (question, names) => {
      for (const { thing, rest } of nameThings(question, names)) {
        expect(names).toContain(thing)
        expect(rest?.length ?? 0).toBeLessThanOrEqual(question.length + 1)
      }
    }),
  )
})
