import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  decodePathName,
  displayPathName,
  encodePathName,
  isWithin,
  joinPathName,
  PathName,
} from './path-name.ts'

const anyBytes = fc.uint8Array({ maxLength: 64 })
/** Mostly text, broken in places, as on a disk that has seen several systems. */
const mixedBytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
      anyBytes,
    ),
    { maxLength: 6 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)))
const anyName = fc.oneof(anyBytes, mixedBytes)

test('any bytes come back exactly', () => {
  fc.assert(
    fc.property(anyName, (bytes) => {
      expect(Buffer.from(encodePathName(decodePathName(bytes)))).toEqual(Buffer.from(bytes))
    }),
    { numRuns: 1_000 },
  )
})

test('different bytes are different names', () => {
  fc.assert(
    fc.property(anyName, anyName, (one, other) => {
      expect(decodePathName(one) === decodePathName(other)).toBe(Buffer.compare(one, other) === 0)
    }),
  )
})

test('text is itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      expect(decodePathName(Buffer.from(text))).toBe(text)
    }),
  )
})

test('joining names joins their bytes, also where two halves would make a character', () => {
  fc.assert(
    fc.property(anyName, anyName, (folder, name) => {
      fc.pre(folder.length > 0)
      const joined = joinPathName(decodePathName(folder), decodePathName(name))
      expect(Buffer.from(encodePathName(joined))).toEqual(Buffer.concat([folder, Buffer.from('/'), name]))
    }),
  )
})

test('names survive JSON, as they travel', () => {
  fc.assert(
    fc.property(anyName, (bytes) => {
      const name = decodePathName(bytes)
      expect(JSON.parse(JSON.stringify(name))).toBe(name)
    }),
  )
})

test('a surrogate that no byte makes is refused', () => {
  for (const text of ['\ud800', '\udbff', '\udc7f', '\udd00', 'a\udfff']) {
    expect(() => encodePathName(text)).toThrow(RangeError)
    expect(PathName.safeParse(text).success).toBe(false)
  }
  fc.assert(
    fc.property(anyName, fc.string({ unit: 'binary' }), (bytes, text) => {
      const name = (text + decodePathName(bytes)).replaceAll('\0', '')
      expect(PathName.safeParse(name).success).toBe(true)
    }),
  )
})

test('what people see has no control character, direction mark or half character', () => {
  const hidden = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u
  const unit = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\n', '\u001b[2J', '\u202egpj.exe', '\u2066', '\u200f', '\u0085', '\u007f'),
  )
  fc.assert(
    fc.property(fc.array(unit), anyName, (texts, bytes) => {
      const shown = displayPathName(texts.join('') + decodePathName(bytes))
      expect(shown).not.toMatch(hidden)
      expect(shown.isWellFormed()).toBe(true)
    }),
  )
  expect(displayPathName('ok ü 😀.jpg')).toBe('ok ü 😀.jpg')
  expect(displayPathName('a\nb\u202ec\u007f')).toBe('a␊b�c␡')
})

test.each([
  ['', 'a/b', true],
  ['a', 'a', true],
  ['a', 'a/b', true],
  ['a', 'ab', false],
  ['a/b', 'a', false],
])('isWithin(%j, %j) is %j', (folder, path, expected) => {
  expect(isWithin(folder, path)).toBe(expected)
})

test('NUL is no part of a path', () => {
  expect(PathName.safeParse('a\0b').success).toBe(false)
})
