import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { readResult, runAgent, untilAborted } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

test('releasing gives back everything, also what runs, and asks for nothing until it is told', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3].map((id) => leaseOf(id)))
  const begun: number[] = []
  await using agent = runAgent(coordinator, {
    capabilities: [{ capability: 'ingest', concurrency: 1 }],
    handlers: {
      'file.ingest': async ({ fileId }, { signal }) => {
        begun.push(fileId)
        return fileId < 3 ? untilAborted(signal) : readResult
      },
    },
  })
  await poll(() => begun).toEqual([1])
  await agent.loop.releaseAll('this machine goes to sleep')
  const released = coordinator.received('job.release')
  expect(released.map(({ reason }) => reason)).toEqual(Array(2).fill('this machine goes to sleep'))
  expect(released.flatMap(({ leases }) => leases.map(({ jobId }) => jobId))).toEqual([2, 3, 1])

  const asked = coordinator.received('lease.request').length
  coordinator.queue.push(leaseOf(3, { fencingToken: 2 }))
  coordinator.tell('work.available', {})
  const renewals = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(renewals + 1)
  expect(coordinator.received('lease.request')).toHaveLength(asked)

  agent.loop.resume()
  await poll(() => coordinator.completed()).toMatchObject([{ jobId: 3, fencingToken: 2 }])
  expect(coordinator.received('job.fail')).toEqual([])
})
