import { expect, test } from 'vitest'
import { positionText, readPosition } from './read-position.ts'

test.each([
  ['59.9139, 10.7522', { latitude: 59.9139, longitude: 10.7522, altitudeM: null }],
  ['59.9139 10.7522 23', { latitude: 59.9139, longitude: 10.7522, altitudeM: 23 }],
  ['−33.8568°, 151.2153°', { latitude: -33.8568, longitude: 151.2153, altitudeM: null }],
  ['91, 10', undefined],
  ['10', undefined],
  ['north, east', undefined],
  ['1, 2, 3, 4', undefined],
  ['', undefined],
])('%j is read as %j', (text, position) => {
  expect(readPosition(text)).toEqual(position)
})

test('what is shown is read as the same again', () => {
  const position = { latitude: -1.25, longitude: 170, altitudeM: -3 }
  expect(readPosition(positionText(position))).toEqual(position)
})
