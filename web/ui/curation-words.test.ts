import { expect, test } from 'vitest'
import { valueText, writeBackReason } from './curation-words.ts'

test.each([
  ['rating', -1, 'rejected'],
  ['rating', null, 'nothing'],
  ['rating', 0, 'not rated'],
  ['rating', 1, '1 star'],
  ['title', 'The pier', 'The pier'],
  ['title', null, 'nothing'],
  ['keywords', [['Places', 'Oslo'], ['sea']], 'Places › Oslo, sea'],
  ['keywords', [], 'nothing'],
  ['captured', { local: '2024-05-18T14:03:22', offsetMinutes: 120 }, 'Sat 18 May 2024, 14:03:22 UTC+2'],
  ['place', { country: 'Norway', state: null, city: 'Oslo', location: null }, 'Oslo, Norway'],
  ['position', { latitude: 1.5, longitude: -2, altitudeM: null }, '1.5, -2'],
  ['regions', [{ kind: 'person', name: 'Zoey', box: [0, 0, 0.5, 0.5] }], 'Zoey'],
  ['favourite', false, 'no'],
  ['creator', ['Anna', 'Bo'], 'Anna; Bo'],
  ['rating', 'what no rating is', 'nothing'],
] as const)('%s %j is told as %j', (field, value, text) => {
  expect(valueText(field, value)).toBe(text)
})

test('a reason that nobody has put into words is told by the state', () => {
  expect(writeBackReason('failed', 'brand_new')).toBe('It is kept in Hearth and could not be written.')
  expect(writeBackReason('kept_here', 'library_off')).toBe('Writing sidecars is off for this library.')
})
