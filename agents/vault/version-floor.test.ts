import { expect, test } from 'vitest'
import { isOlder } from './version-floor.ts'

test.each([
  ['13.54', '13.54', false],
  ['13.59', '13.54', false],
  ['14.01', '13.54', false],
  ['13.53', '13.54', true],
  ['12.57', '13.54', true],
  ['', '13.54', true],
  ['not a version', '13.54', true],
  ['0.35.5', '0.35.0', false],
  ['0.34.9', '0.35.0', true],
  ['5.1.9-0+deb12u1', '4.2', false],
  ['4', '4.2', true],
  ['7.0', '4.2', false],
])('%j is older than %j: %s', (version, floor, expected) => {
  expect(isOlder(version, floor)).toBe(expected)
})
