import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineSplitter } from './line-splitter.ts'
import { RowHash } from './row-hash.ts'

const line = fc.string({ unit: 'binary' }).map((text) => text.replaceAll('\n', ''))

function digestOf(lines: readonly string[]): string {
  const hash = new RowHash()
  for (const each of lines) hash.add(Buffer.from(`${each}\n`))
  return `${hash.rows} ${hash.digest()}`
}

test('the hash of rows depends neither on their order nor on how they come together', () => {
  fc.assert(
    fc.property(fc.array(line), fc.infiniteStream(fc.nat()), (lines, order) => {
      const shuffled = lines
        .map((each) => ({ each, key: order.next().value ?? 0 }))
        .sort((one, other) => one.key - other.key)
        .map(({ each }) => each)
      expect(digestOf(shuffled)).toBe(digestOf(lines))
      const atOnce = new RowHash()
      atOnce.add(Buffer.from(lines.map((each) => `${each}\n`).join('')))
      expect(`${atOnce.rows} ${atOnce.digest()}`).toBe(digestOf(lines))
    }),
  )
})

test('a row more, less, twice, or changed in one character is another hash', () => {
  const rows = ['1\ta', '2\tb', '3\tc']
  const others = [
    ['1\ta', '2\tb'],
    ['1\ta', '2\tb', '3\tc', ''],
    ['1\ta', '1\ta', '3\tc'],
    ['1\ta', '2\tb', '3\tC'],
    ['1\ta\t2\tb', '3\tc'],
    ['1\tb', '2\ta', '3\tc'],
  ]
  for (const other of others) expect(digestOf(other)).not.toBe(digestOf(rows))
})

test('a row that is cut off is refused', () => {
  expect(() => new RowHash().add(Buffer.from('1\ta'))).toThrow(RangeError)
})

test('whatever parts bytes come in, the lines are whole and none is lost', () => {
  fc.assert(
    fc.property(fc.uint8Array({ max: 20 }), fc.array(fc.nat({ max: 6 })), (bytes, sizes) => {
      const splitter = new LineSplitter()
      const taken: Buffer[] = []
      let start = 0
      for (const size of [...sizes, bytes.length]) {
        const lines = splitter.take(Buffer.from(bytes.subarray(start, start + size)))
        if (lines.length > 0) expect(lines.at(-1)).toBe(10)
        taken.push(lines)
        start += size
      }
      const end = bytes.lastIndexOf(10) + 1
      expect(Buffer.concat(taken)).toEqual(Buffer.from(bytes.subarray(0, end)))
      expect(splitter.isAtLineStart).toBe(end === bytes.length)
    }),
  )
})
