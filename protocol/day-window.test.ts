import { expect, test } from 'vitest'
import { DayWindow, isWithin, nextTime, wallTimeOf, weekdays } from './day-window.ts'

const at = (day: (typeof weekdays)[number], time: string) => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number)
  return { weekday: weekdays.indexOf(day), minute: hours * 60 + minutes }
}
const night: DayWindow = { from: '22:00', to: '07:00' }
const workdays: DayWindow = { from: '09:00', to: '17:30', days: ['mon', 'tue', 'wed', 'thu', 'fri'] }
const weekendNights: DayWindow = { from: '23:00', to: '05:00', days: ['fri', 'sat'] }
const always: DayWindow = { from: '00:00', to: '00:00' }

test.each([
  [night, at('tue', '21:59'), false],
  [night, at('tue', '22:00'), true],
  [night, at('wed', '00:00'), true],
  [night, at('wed', '06:59'), true],
  [night, at('wed', '07:00'), false],
  [workdays, at('mon', '09:00'), true],
  [workdays, at('mon', '17:30'), false],
  [workdays, at('sat', '12:00'), false],
  [weekendNights, at('fri', '23:30'), true],
  [weekendNights, at('sun', '04:59'), true],
  [weekendNights, at('sun', '23:30'), false],
  [weekendNights, at('fri', '04:00'), false],
  [always, at('sun', '00:00'), true],
  [always, at('thu', '23:59'), true],
])('%j at %j: %s', (window, time, expected) => {
  expect(isWithin([window], time)).toBe(expected)
})

test('of several windows one is enough, and none covers nothing', () => {
  expect(isWithin([workdays, night], at('sat', '23:00'))).toBe(true)
  expect(isWithin([], at('sat', '23:00'))).toBe(false)
})

test('the next time within is the first minute, and now when it already is', () => {
  const noon = new Date(2026, 0, 7, 12, 0, 30)
  const evening = nextTime([night], true, noon)!
  expect(wallTimeOf(evening)).toEqual({ weekday: 3, minute: 22 * 60 })
  expect(evening.getTime() - noon.getTime()).toBe(10 * 3_600_000 - 30_000)
  expect(nextTime([night], false, noon)).toBe(noon)
  expect(wallTimeOf(nextTime([night], false, evening)!)).toEqual({ weekday: 4, minute: 7 * 60 })
  expect(nextTime([always], false, noon)).toBeUndefined()
})

test.each(['24:00', '7:00', '07:60', '0700', ''])('%j is no time of day', (from) => {
  expect(DayWindow.safeParse({ from, to: '07:00' }).success).toBe(false)
})
