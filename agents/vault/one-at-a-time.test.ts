import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { OneAtATime } from './one-at-a-time.ts'

test('nobody is inside together, and everybody gets a turn in order', async () => {
  const gate = new OneAtATime()
  const order: number[] = []
  let inside = 0
  await Promise.all(
    [0, 1, 2, 3, 4].map(async (caller) => {
      const leave = await gate.enter()
      inside += 1
      expect(inside).toBe(1)
      await sleep(2)
      order.push(caller)
      inside -= 1
      leave()
      leave()
    }),
  )
  expect(order).toEqual([0, 1, 2, 3, 4])
})
