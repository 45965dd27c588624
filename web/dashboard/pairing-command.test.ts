import { expect, test } from 'vitest'
import { addressFor, formatCountdown, humanPart, pairingCommand } from './pairing-command.ts'

const CODE = 'K7QM-2X9D-4TBA-QZ3N.Zm9v'

test('each system gets a command that its shell passes on whole', () => {
  const url = 'https://nas.home:8470'
  expect(pairingCommand('Linux', url, CODE)).toBe(
    `npm run --silent hearth -- agent pair ${url} ${CODE} --run`,
  )
  expect(pairingCommand('macOS', url, CODE)).toBe(pairingCommand('Linux', url, CODE))
  expect(pairingCommand('Windows', url, CODE)).toBe(
    `node scripts/hearth-launcher.js agent pair ${url} ${CODE} --run`,
  )
})

test.each([
  ['http://nas.home:8470', ['http://192.0.2.1:8470'], 'http://nas.home:8470'],
  ['http://localhost:8470', ['http://192.0.2.1:8470'], 'http://192.0.2.1:8470'],
  ['http://127.0.0.1:8470', [], undefined],
  ['http://[::1]:8470', [], undefined],
])('a page at %s leads a new machine to an address that it reaches', (origin, offered, address) => {
  expect(addressFor(origin, offered)).toBe(address)
})

test('the time that is left counts down to zero and stays there', () => {
  expect([600_000, 599_001, 65_000, 1, 0, -5_000].map(formatCountdown)).toEqual([
    '10:00',
    '10:00',
    '1:05',
    '0:01',
    '0:00',
    '0:00',
  ])
})

test('people see the groups of a code and not the fingerprint behind them', () => {
  expect(humanPart(CODE)).toBe('K7QM-2X9D-4TBA-QZ3N')
})
