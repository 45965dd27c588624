import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type ErrorCode, errorRules } from '../../protocol/errors.ts'
import { decideRetry, isCounted } from './retry-policy.ts'

const LONGEST_PAUSE_MS = 10 * 60_000
const codes = Object.keys(errorRules) as ErrorCode[]
const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })

test('the error’s code and the number of counted failures alone decide whether a job is tried again', () => {
  fc.assert(
    fc.property(fc.constantFrom(...codes), fc.nat(12), fc.nat(12), random, (code, failures, most, random) => {
      const { retry } = decideRetry(code, { attempt: 50, failures, maxAttempts: most }, random)
      const rule = errorRules[code].retry
      expect(retry).toBe(rule === 'always' || (rule === 'later' && failures < most))
    }),
  )
})

test('what the surroundings are to blame for is not counted', () => {
  expect(codes.filter((code) => !isCounted(code)).sort()).toEqual([
    'database_damaged',
    'disk_full',
    'library_offline',
    'machine_asleep',
    'model_missing',
    'scan_interrupted',
    'source_unavailable',
    'too_many_requests',
    'unavailable',
  ])
})

test('pauses grow with each attempt, are spread by half, and never exceed ten minutes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5_000 }), random, (attempt, random) => {
      const pause = (tried: number, random: number) => {
        const decision = decideRetry('timed_out', { attempt: tried, failures: 1, maxAttempts: 2 }, random)
        return decision.retry ? decision.afterMs : Number.NaN
      }
      const [least, chosen, most] = [pause(attempt, 0), pause(attempt, random), pause(attempt, 0.999_999)]
      expect(least).toBeLessThanOrEqual(chosen)
      expect(chosen).toBeLessThanOrEqual(most)
      expect(most).toBeLessThanOrEqual(LONGEST_PAUSE_MS)
      expect(least).toBeGreaterThanOrEqual(1_000)
      expect(Math.abs(least * 2 - most)).toBeLessThanOrEqual(2)
      expect(pause(attempt + 1, random)).toBeGreaterThanOrEqual(chosen)
    }),
  )
})

test.each([
  [1, 1_000],
  [2, 2_000],
  [3, 4_000],
  [10, 300_000],
  [2_000, 300_000],
])('after attempt %i the pause is at least %i ms', (attempt, afterMs) => {
  expect(decideRetry('internal', { attempt, failures: 1, maxAttempts: 2 }, 0)).toEqual({
    retry: true,
    afterMs,
  })
})
