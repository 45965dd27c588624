import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type MovedFile, pairMoves } from './pair-moves.ts'

const files = fc.uniqueArray(
  fc.record({
    id: fc.integer({ min: 1, max: 1_000 }),
    name: fc.constantFrom('a', 'b', 'c').map((name) => Buffer.from(name)),
    hash: fc.constantFrom('1', '2').map((hash) => Buffer.from(hash)),
  }),
  { selector: (file) => file.id, maxLength: 12 },
)

function pairsByContent(gone: readonly MovedFile[], arrived: readonly MovedFile[]): number {
  const count = (list: readonly MovedFile[], hash: string) =>
    list.filter((file) => file.hash.toString() === hash).length
  return ['1', '2'].reduce((sum, hash) => sum + Math.min(count(gone, hash), count(arrived, hash)), 0)
}

test('as many files are paired as there are on both sides, each once and with its own content', () => {
  fc.assert(
    fc.property(files, files, (gone, arrived) => {
      const pairs = pairMoves(gone, arrived)
      expect(pairs.size).toBe(pairsByContent(gone, arrived))
      expect(new Set(pairs.values()).size).toBe(pairs.size)
      for (const [goneId, arrivedId] of pairs) {
        const before = gone.find(({ id }) => id === goneId)!
        const after = arrived.find(({ id }) => id === arrivedId)!
        expect(after.hash).toEqual(before.hash)
      }
    }),
  )
})

test('a file that kept its name is itself, whatever other copies moved', () => {
  const file = (id: number, name: string): MovedFile => ({
    id,
    name: Buffer.from(name),
    hash: Buffer.from('h'),
  })
  const pairs = pairMoves([file(1, 'a'), file(2, 'b')], [file(3, 'b'), file(4, 'x'), file(5, 'a')])
  expect([...pairs]).toEqual([
    [1, 5],
    [2, 3],
  ])
})
