import { expect, test } from 'vitest'
import { LatencyWindow } from './latency-window.ts'

test('half of the answers came within p50, 99 of 100 within p99', () => {
  const window = new LatencyWindow()
  for (let tookMs = 100; tookMs >= 1; tookMs -= 1) window.add(1_000, tookMs)
  expect(window.read()).toEqual({ p50Ms: 50, p99Ms: 99, measured: 100, failed: 0, minutes: 5 })
})

test('a question without an answer counts as failed and in no quantile', () => {
  const window = new LatencyWindow()
  window.add(0, null)
  window.add(1, 7)
  expect(window.read()).toMatchObject({ p50Ms: 7, p99Ms: 7, measured: 1, failed: 1 })
})

test('what is older than five minutes is forgotten', () => {
  const window = new LatencyWindow()
  window.add(0, 900)
  window.add(1, null)
  window.add(300_002, 3)
  expect(window.read()).toMatchObject({ p99Ms: 3, measured: 1, failed: 0 })
})

test('nothing measured is no latency', () => {
  expect(new LatencyWindow().read()).toMatchObject({ p50Ms: 0, p99Ms: 0, measured: 0 })
})
