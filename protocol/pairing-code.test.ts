import fc from 'fast-check'
import { expect, test } from 'vitest'
import { codeFromBytes, formatFingerprint, formatPairingCode, parsePairingCode } from './pairing-code.ts'

const fingerprint = 'q1Zk3vXo0mWc7TtP9sRfL2hYbUeN5dGjA8iKx-rVw_Q'

test('every code is read back as it was made, also as people type it', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), fc.boolean(), (bytes, isPinned) => {
      const code = { ...codeFromBytes(bytes), fingerprint: isPinned ? fingerprint : null }
      const text = formatPairingCode(code)
      expect(text).toMatch(/^([0-9A-HJKMNP-TV-Z]{4}-){3}[0-9A-HJKMNP-TV-Z]{4}(\.[\w-]{43})?$/)
      expect(parsePairingCode(text)).toEqual(code)
      const [human = '', pin] = text.split('.')
      const typed = ` ${human.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')}`
      expect(parsePairingCode(pin ? `${typed}.${pin}` : typed)).toEqual(code)
    }),
  )
})

test.each([
  '',
  'K7QM',
  'K7QM-2X9D-4TBA-QZ3',
  'K7QM-2X9D-4TBA-QZ3NN',
  'K7QM-2X9D-4TBA-QZ3U',
  'K7QM-2X9D-4TBA-QZ3N.short',
  `K7QM-2X9D-4TBA-QZ3N.${fingerprint}.${fingerprint}`,
])('%j is no code, and the sentence says where one is', (text) => {
  expect(() => parsePairingCode(text)).toThrow(/Add machine/)
})

test('a fingerprint shows 120 bits of a hash, each in its place', () => {
  const shown = formatFingerprint(new Uint8Array(32))
  expect(shown).toBe('0000-0000-0000-0000-0000-0000')
  for (let bit = 0; bit < 120; bit += 1) {
    const hash = new Uint8Array(32)
    hash[bit >> 3] = 0x80 >> (bit & 7)
    const text = formatFingerprint(hash).replaceAll('-', '')
    expect([...text].findIndex((each) => each !== '0')).toBe(Math.floor(bit / 5))
  }
})
