import fc from 'fast-check'
import { expect, test } from 'vitest'
import { offsetBetween, placeOffsetAt, placeOffsetOfClock } from './clock-offset.ts'

const place = (latitude: number, longitude: number) => ({ latitude, longitude, altitudeM: null })
const munich = place(48.137, 11.575)
const kathmandu = place(27.7, 85.3)
const atlantic = place(0.5, -30)

test.each([
  ['summer in Munich', munich, '2024-07-01T12:00', 120],
  ['winter in Munich', munich, '2024-01-01T12:00', 60],
  ['the last second of winter', munich, '2024-03-31T01:59:59', 60],
  ['the first second of summer', munich, '2024-03-31T03:00:00', 120],
  ['an hour that daylight saving skips', munich, '2024-03-31T02:30', 60],
  ['an hour that happens twice', munich, '2024-10-27T02:30', 120],
  ['the hour after', munich, '2024-10-27T03:00', 60],
  ['Kathmandu', kathmandu, '2024-07-01T12:00', 345],
  ['the open sea', atlantic, '2024-07-01T12:00', -120],
  ['Munich before its zone had a name', munich, '1880-01-01T12:00', 53],
])('clocks show the offset of %s', (_fact, where, local, offset) => {
  expect(placeOffsetOfClock(where, Date.parse(`${local}Z`))).toBe(offset)
})

test('the offset of an instant and that of the clock then agree, except in an hour that happens twice', () => {
  const anyMs = fc.integer({ min: Date.UTC(1980, 0, 1), max: Date.UTC(2030, 0, 1) })
  const anyPlace = fc.tuple(
    fc.double({ min: -60, max: 70, noNaN: true }),
    fc.double({ min: -180, max: 180, noNaN: true }),
  )
  fc.assert(
    fc.property(anyPlace, anyMs, ([latitude, longitude], instantMs) => {
      const where = place(latitude, longitude)
      const offset = placeOffsetAt(where, instantMs)
      const local = instantMs + (offset ?? 0) * 60_000
      const ofClock = placeOffsetOfClock(where, local)
      const isTwice = ofClock !== null && placeOffsetAt(where, local - ofClock * 60_000) === ofClock
      expect(ofClock === offset || isTwice).toBe(true)
    }),
    { numRuns: 300 },
  )
})

test.each([
  ['12:00:00', '10:00:03', 120],
  ['12:00:00', '11:53:00', 0],
  ['12:00:00', '06:14:30', 345],
  ['12:00:00', '15:30:10', -210],
  ['12:00:00', '09:41:00', null],
  ['23:00:00', '07:00:00', null],
])('a clock at %s when it is %s UTC is %j minutes ahead', (clock, utc, offset) => {
  expect(offsetBetween(Date.parse(`2024-05-01T${clock}Z`), Date.parse(`2024-05-01T${utc}Z`))).toBe(offset)
})
