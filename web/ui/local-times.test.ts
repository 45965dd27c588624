import { expect, test } from 'vitest'
import { formatMoment, withLocalTimes } from './local-times.ts'

const nowMs = new Date(2026, 10, 21, 14, 0).getTime()

test.each([
  [new Date(2026, 10, 21, 9, 12), '09:12'],
  [new Date(2026, 10, 20, 23, 59), '23:59 yesterday'],
  [new Date(2026, 10, 22, 0, 1), '00:01 tomorrow'],
  [new Date(2026, 10, 3, 9, 12), '09:12 on 3 Nov'],
  [new Date(2025, 10, 3, 9, 12), '09:12 on 3 Nov 2025'],
])('%s is told as “%s”', (at, words) => {
  expect(formatMoment(at.getTime(), nowMs)).toBe(words)
})

test('a time inside a sentence becomes local and the rest stays', () => {
  const at = new Date(2026, 10, 20, 9, 12)
  const utc = `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)} UTC`
  expect(withLocalTimes(`“workshop” is not connected, last seen ${utc}.`, nowMs)).toBe(
    '“workshop” is not connected, last seen 09:12 yesterday.',
  )
  expect(withLocalTimes('Waits for “2019-05-01 beach”', nowMs)).toBe('Waits for “2019-05-01 beach”')
})
