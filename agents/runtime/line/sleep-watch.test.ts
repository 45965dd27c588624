import { expect, test } from 'vitest'
import { SleepWatch } from './sleep-watch.ts'

function watchClocks(beatMs = 0) {
  const clocks = [0, 0]
  const watch = new SleepWatch({ clocks: [() => clocks[0]!, () => clocks[1]!], beatMs: () => beatMs })
  return { clocks, watch }
}

test.each([0, 1])('sleep is noticed by clock %i alone, and forgotten with the next tick', (which) => {
  const { clocks, watch } = watchClocks()
  clocks[which] = 5_000
  expect(watch.hasSlept()).toBe(false)
  clocks[which] = 5_001
  expect(watch.hasSlept()).toBe(true)
  watch.tick()
  expect(watch.hasSlept()).toBe(false)
})

test('less than a beat is no sleep, and a clock that goes back is none', () => {
  const { clocks, watch } = watchClocks(10_000)
  clocks[0] = 9_000
  clocks[1] = -100_000
  expect(watch.hasSlept()).toBe(false)
})
