import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { readResult, runAgent } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

test('the jobs that come with the answer to a report are not lost to a heartbeat in between', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.heartbeatMs = 20
  coordinator.queue.push(leaseOf(1))
  const answerFirst = Promise.withResolvers<void>()
  coordinator.script['job.complete'] = async ({ jobs }) => {
    if (jobs[0]?.jobId !== 1) return { refused: [], leases: [] }
    await answerFirst.promise
    return { refused: [], leases: [leaseOf(2)] }
  }
  await using _agent = runAgent(coordinator, { handlers: { 'file.ingest': async () => readResult } })
  await poll(() => coordinator.completed().length).toBe(1)

  // By now the coordinator knows its lease no more.
  coordinator.script['lease.renew'] = () => ({ gone: [1] })
  coordinator.tell('lease.revoked', { jobIds: [1], reason: 'done' })
  const before = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(before + 1)
  const since = coordinator.received('lease.renew').slice(before + 1)
  answerFirst.resolve()

  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([1, 2])
  expect(since.flatMap(({ leases }) => leases)).toEqual([])
})

test('a result that waits for its turn is renewed, and not reported when its lease is lost', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.heartbeatMs = 20
  coordinator.queue.push(leaseOf(1), leaseOf(2), leaseOf(3))
  const answerFirst = Promise.withResolvers<void>()
  coordinator.script['job.complete'] = async ({ jobs }) => {
    if (jobs[0]?.jobId === 1) await answerFirst.promise
    return { refused: [], leases: [] }
  }
  const firstIsOut = Promise.withResolvers<void>()
  await using agent = runAgent(coordinator, {
    capabilities: [{ capability: 'ingest', concurrency: 3 }],
    handlers: {
      'file.ingest': async ({ fileId }) => {
        if (fileId > 1) await firstIsOut.promise
        return readResult
      },
    },
  })
  await poll(() => coordinator.completed().length).toBe(1)
  firstIsOut.resolve()
  const renewed = () =>
    coordinator
      .received('lease.renew')
      .at(-1)
      ?.leases.map(({ jobId }) => jobId)
  await poll(renewed).toEqual([2, 3])
  coordinator.script['lease.renew'] = () => ({ gone: [2] })
  await poll(renewed).toEqual([3])
  answerFirst.resolve()
  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([1, 3])
  await agent.stop()
  expect(coordinator.received('job.release')).toEqual([])
})
