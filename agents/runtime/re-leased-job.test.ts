import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { readResult, runAgent } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

test('a job that comes back while its lost run still ends is held until the new run is done', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(7, { fencingToken: 1 }))
  const runs: { isAborted: () => boolean; end: () => void }[] = []
  await using agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': (_input, { signal }) =>
        new Promise((resolve) => {
          runs.push({ isAborted: () => signal.aborted, end: () => resolve(readResult) })
        }),
    },
  })
  await poll(() => runs.length).toBe(1)

  // The coordinator has given it up and hands it out anew, to the same agent.
  coordinator.queue.push(leaseOf(7, { fencingToken: 2 }))
  coordinator.tell('work.available', {})
  await poll(() => runs.length).toBe(2)
  expect(runs.map((run) => run.isAborted())).toEqual([true, false])

  runs[0]!.end()
  const held = () => coordinator.received('lease.renew').at(-1)?.leases
  const before = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(before + 1)
  expect(held()).toEqual([{ jobId: 7, fencingToken: 2 }])
  expect(coordinator.completed()).toEqual([])

  runs[1]!.end()
  await poll(() => coordinator.completed()).toMatchObject([{ jobId: 7, fencingToken: 2 }])
  await poll(held).toEqual([])
  expect(agent.log.filter((line) => line.level >= 50)).toEqual([])
})
