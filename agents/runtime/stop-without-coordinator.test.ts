import { expect, test } from 'vitest'
import { runAgent, untilAborted } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

test('an agent whose coordinator has gone before it does not wait for it when it stops', async () => {
  const coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1), leaseOf(2), leaseOf(3))
  let running = 0
  await using agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': (_input, { signal }) => {
        running += 1
        return untilAborted(signal)
      },
    },
  })
  await expect.poll(() => running, { timeout: 20_000 }).toBe(2)

  await coordinator[Symbol.asyncDispose]()
  await expect.poll(() => agent.line.isGreeted, { timeout: 20_000, interval: 10 }).toBe(false)
  const startedAt = performance.now()
  await agent.stop()

  expect(performance.now() - startedAt).toBeLessThan(2_500)
})
