import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { readResult, runAgent } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

test('how many run at once follows the settings, up to what this machine offers', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.settings = { concurrency: { ingest: 1 } }
  coordinator.queue.push(...Array.from({ length: 40 }, (_, i) => leaseOf(i + 1)))
  let running = 0
  let most = 0
  const gates: (() => void)[] = []
  await using _agent = runAgent(coordinator, {
    capabilities: [{ capability: 'ingest', concurrency: 3 }],
    finishLimitMs: 1,
    abortGraceMs: 1,
    handlers: {
      'file.ingest': async () => {
        running += 1
        most = Math.max(most, running)
        await new Promise<void>((resolve) => gates.push(resolve))
        running -= 1
        return readResult
      },
    },
  })
  // As the hello's answer says.
  await poll(() => running).toBe(1)
  expect(most).toBe(1)

  coordinator.tell('agent.settings', { concurrency: { ingest: 200 } })
  await poll(() => running).toBe(3)
  expect(most).toBe(3)

  // Lowered: what runs goes on, what waits beyond the new number is given back.
  await poll(() => coordinator.queue.length).toBe(40 - 12)
  coordinator.tell('agent.settings', { concurrency: { ingest: 1 } })
  await poll(() => coordinator.received('job.release').flatMap(({ leases }) => leases).length).toBe(5)
  most = 0
  for (const finish of gates.splice(0)) finish()
  await poll(() => running).toBe(1)
  for (const done of [4, 5, 6]) {
    for (const finish of gates.splice(0)) finish()
    await poll(() => coordinator.completed().length).toBeGreaterThanOrEqual(done)
  }
  expect(most).toBeLessThanOrEqual(1)

  // Nothing said about it means as many as are offered.
  coordinator.tell('agent.settings', { concurrency: {} })
  await poll(() => running).toBe(3)
})
