import fc from 'fast-check'
import { expect, test } from 'vitest'
import { SocketBudget, TokenBucket } from './socket-budget.ts'

test('a bucket gives its burst at once and then no more than its rate', () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 1_000)
  expect([1, 2, 3, 4].map(() => bucket.take(1, 1_000))).toEqual([true, true, true, false])
  expect(bucket.take(1, 1_400)).toBe(false)
  expect(bucket.take(1, 1_500)).toBe(true)
  expect(bucket.take(1, 1_500)).toBe(false)
})

test('a bucket that was left alone is full, and no fuller', () => {
  const bucket = new TokenBucket({ burst: 3, perSecond: 2 }, 0)
  expect(bucket.take(3, 0)).toBe(true)
  expect(bucket.take(4, 3_600_000)).toBe(false)
  expect(bucket.take(3, 3_600_000)).toBe(true)
})

test('whatever is asked for and when, no more is given than the burst and the time since', () => {
  const asks = fc.array(fc.tuple(fc.nat(2_000), fc.nat(20)), { maxLength: 200 })
  fc.assert(
    fc.property(asks, fc.nat(50), fc.nat(50), (pausesAndCosts, burst, perSecond) => {
      const bucket = new TokenBucket({ burst, perSecond }, 0)
      let nowMs = 0
      let given = 0
      for (const [pauseMs, cost] of pausesAndCosts) {
        nowMs += pauseMs
        if (bucket.take(cost, nowMs)) given += cost
      }
      expect(given).toBeLessThanOrEqual(burst + (nowMs / 1_000) * perSecond + 1e-6)
    }),
  )
})

test('a socket is stopped by the number of its messages as by their size', () => {
  const rates = { messages: { burst: 2, perSecond: 1 }, bytes: { burst: 100, perSecond: 10 } }
  const chatty = new SocketBudget(rates, 0)
  expect([chatty.spend(1, 0), chatty.spend(1, 0), chatty.spend(1, 0)]).toEqual([true, true, false])
  const large = new SocketBudget(rates, 0)
  expect([large.spend(101, 0), large.spend(100, 0)]).toEqual([false, true])
})
