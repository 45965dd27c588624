import fc from 'fast-check'
import { expect, test } from 'vitest'
import { boxOverlap } from './box-overlap.ts'
import { type FoundThing, type KnownThing, matchFound } from './match-found.ts'

type Box = [number, number, number, number]
const left: Box = [0, 0, 0.4, 0.8]
const leftAgain: Box = [0.01, 0.01, 0.4, 0.8]
const leftLoosely: Box = [0.08, 0.08, 0.4, 0.8]
const right: Box = [0.5, 0, 0.4, 0.8]

function known(id: number, box: Box, change: Partial<KnownThing> = {}): KnownThing {
  return { id, className: 'cat', label: 'cat', box, review: 'proposed', ...change }
}
function found(box: Box, className = 'cat', score = 0.9): FoundThing {
  return { className, box, score }
}
const nothing = { added: [], renewed: [], recognised: [], removed: [] }

test.each<[string, KnownThing[], FoundThing[], Partial<ReturnType<typeof matchFound>>]>([
  ['what is new is proposed', [], [found(left)], { added: [0] }],
  ['what is not found any more goes', [known(1, left)], [], { removed: [1] }],
  [
    'what is found again stays the same row, with its outline',
    [known(1, left)],
    [found(leftAgain)],
    { renewed: [{ id: 1, found: 0, keepsMask: true }] },
  ],
  [
    'an outline does not fit a place that has moved',
    [known(1, left)],
    [found(leftLoosely)],
    { renewed: [{ id: 1, found: 0, keepsMask: false }] },
  ],
  [
    'another class in the same place is another thing',
    [known(1, left)],
    [found(left, 'dog')],
    { added: [0], removed: [1] },
  ],
  [
    'what was confirmed stays though nobody finds it any more',
    [known(1, left, { review: 'confirmed' })],
    [],
    {},
  ],
  [
    'what was confirmed is not proposed beside itself',
    [known(1, left, { review: 'confirmed' })],
    [found(leftAgain)],
    { recognised: [{ id: 1, found: 0 }] },
  ],
  [
    'what was drawn is not proposed beside itself',
    [known(1, left, { review: 'drawn', className: null })],
    [found(leftAgain)],
    { recognised: [{ id: 1, found: 0 }] },
  ],
  [
    'what was rejected stays rejected',
    [known(1, left, { review: 'rejected' })],
    [found(leftAgain)],
    { recognised: [{ id: 1, found: 0 }] },
  ],
  [
    'what was named and rejected is known by the class that it was found as',
    [known(1, left, { review: 'rejected', label: 'Zoey' })],
    [found(leftAgain)],
    { recognised: [{ id: 1, found: 0 }] },
  ],
  [
    'what was named by a person is not given back to the model',
    [known(1, left, { label: 'Zoey' })],
    [found(leftAgain)],
    { recognised: [{ id: 1, found: 0 }] },
  ],
  [
    'another class in the place of something rejected is proposed',
    [known(1, left, { review: 'rejected' })],
    [found(left, 'dog')],
    { added: [0] },
  ],
  [
    'the same class elsewhere is proposed',
    [known(1, left, { review: 'rejected' })],
    [found(right)],
    { added: [0] },
  ],
  [
    'the better of two that overlap takes the row, the other is new',
    [known(1, left)],
    [found(leftLoosely, 'cat', 0.5), found(leftAgain, 'cat', 0.8)],
    { renewed: [{ id: 1, found: 1, keepsMask: true }], added: [0] },
  ],
])('%s', (_fact, before, now, expected) => {
  expect(matchFound(before, now)).toEqual({ ...nothing, ...expected })
})

const box = fc
  .tuple(fc.nat(6), fc.nat(6), fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 4 }))
  .map(([x, y, width, height]): Box => [x / 10, y / 10, width / 10, height / 10])
const className = fc.constantFrom('cat', 'dog')
const anyKnown = fc
  .array(
    fc.record({
      className: fc.option(className),
      label: fc.constantFrom('cat', 'dog', 'Zoey'),
      box,
      review: fc.constantFrom<KnownThing['review']>('proposed', 'confirmed', 'rejected', 'drawn'),
    }),
    { maxLength: 6 },
  )
  .map((things) => things.map((thing, at) => ({ id: at + 1, ...thing })))
const anyFound = fc.array(fc.record({ className, box, score: fc.double({ min: 0, max: 1, noNaN: true }) }), {
  maxLength: 6,
})

test('each thing found has one fate, each mere proposal one, and no word of a person has any', () => {
  fc.assert(
    fc.property(anyKnown, anyFound, (before, now) => {
      const { added, renewed, recognised, removed } = matchFound(before, now)
      const fates = [...added, ...renewed.map((m) => m.found), ...recognised.map((m) => m.found)]
      expect(fates.toSorted((a, b) => a - b)).toEqual([...now.keys()])
      const mere = before.filter((thing) => thing.review === 'proposed' && thing.label === thing.className)
      expect([...renewed.map(({ id }) => id), ...removed].toSorted((a, b) => a - b)).toEqual(
        mere.map(({ id }) => id),
      )
      for (const at of added) {
        const clash = before.find(
          (thing) =>
            !mere.includes(thing) &&
            (thing.label === now[at]!.className || thing.className === now[at]!.className) &&
            boxOverlap(thing.box, now[at]!.box) >= 0.5,
        )
        expect(clash).toBeUndefined()
      }
    }),
  )
})

test('looking a second time with the same eyes changes nothing', () => {
  fc.assert(
    fc.property(anyFound, (now) => {
      const first = matchFound([], now)
      const rows = first.added.map((at, place) => ({
        id: place + 1,
        className: now[at]!.className,
        label: now[at]!.className,
        box: now[at]!.box,
        review: 'proposed' as const,
      }))
      const second = matchFound(rows, now)
      expect(second).toMatchObject({ added: [], recognised: [], removed: [] })
      expect(second.renewed.every(({ keepsMask }) => keepsMask)).toBe(true)
    }),
  )
})
