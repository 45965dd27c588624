import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { refreshGate } from './refresh-gate.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('many reasons within the gap are one refresh now and one after it', async () => {
  const startsMs: number[] = []
  const beginMs = Date.now()
  const ask = refreshGate(async () => void startsMs.push(Date.now() - beginMs), 500)
  for (let at = 0; at < 10; at += 1) {
    ask()
    await vi.advanceTimersByTimeAsync(20)
  }
  await vi.advanceTimersByTimeAsync(5_000)
  expect(startsMs).toEqual([0, 500])
})

test('a slow refresh is waited for, and what came meanwhile is not forgotten', async () => {
  let running = 0
  let most = 0
  let count = 0
  const ask = refreshGate(async () => {
    count += 1
    running += 1
    most = Math.max(most, running)
    await new Promise((resolve) => setTimeout(resolve, 2_000))
    running -= 1
  }, 500)
  ask()
  await vi.advanceTimersByTimeAsync(1_900)
  ask()
  await vi.advanceTimersByTimeAsync(10_000)
  expect({ most, count }).toEqual({ most: 1, count: 2 })
})
