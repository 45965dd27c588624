import { expect, test } from 'vitest'
import { MAX_RESULTS } from '../../protocol/agents.ts'
import { AppError, LeaseLostError, toErrorBody } from '../../protocol/errors.ts'
import { priorities } from '../../protocol/jobs.ts'
import { poll } from './testing/poll.ts'
import { readResult, runAgent, testKind } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const manySlots = [{ capability: 'ingest', concurrency: 50 }] as const
const idsOf = (jobs: readonly { jobId: number }[]) => jobs.map(({ jobId }) => jobId)

test('results that are ready together travel together, and ask for the next', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...Array.from({ length: 40 }, (_, i) => leaseOf(i + 1)))
  await using _agent = runAgent(coordinator, {
    capabilities: [...manySlots],
    handlers: { 'file.ingest': async () => readResult },
  })
  await poll(() => coordinator.completed().length).toBe(40)
  const messages = coordinator.received('job.complete')
  expect(messages.map(({ jobs }) => jobs.length)).toEqual([40])
  expect(messages[0]?.slots).toMatchObject([{ capability: 'ingest' }])
})

test('what becomes ready while a report is on its way leaves with the next, urgent results at once and alone', async () => {
  await using coordinator = await TestCoordinator.start()
  const urgent = leaseOf(99, { priority: priorities.interactive })
  coordinator.queue.push(...Array.from({ length: 2 + MAX_RESULTS }, (_, i) => leaseOf(i + 1)))
  const firstIsAnswered = Promise.withResolvers<void>()
  coordinator.script['job.complete'] = async ({ jobs }) => {
    if (jobs[0]?.jobId === 1) await firstIsAnswered.promise
    return { refused: [], leases: [] }
  }
  const rest = Promise.withResolvers<void>()
  let ended = 0
  await using _agent = runAgent(coordinator, {
    capabilities: [...manySlots],
    handlers: {
      'file.ingest': async ({ fileId }) => {
        if (fileId > 1 && fileId < 99) await rest.promise
        ended += 1
        return readResult
      },
    },
  })
  await poll(() => coordinator.completed().length).toBe(1)
  rest.resolve()
  await poll(() => ended).toBe(2 + MAX_RESULTS)
  // Not for the others: their results wait.
  expect(coordinator.completed()).toHaveLength(1)
  coordinator.queue.push(urgent)
  coordinator.tell('work.available', { capability: 'ingest', priority: priorities.interactive })
  await poll(() => coordinator.received('job.complete').length).toBe(2)
  expect(idsOf(coordinator.received('job.complete')[1]!.jobs)).toEqual([99])
  firstIsAnswered.resolve()
  await poll(() => coordinator.completed().length).toBe(3 + MAX_RESULTS)
})

test('while somebody waits for an urgent job other results stay, and leave when it has been answered', async () => {
  await using coordinator = await TestCoordinator.start()
  const urgent = leaseOf(99, { priority: priorities.interactive })
  coordinator.queue.push(leaseOf(1), leaseOf(2), urgent)
  const gate = Promise.withResolvers<void>()
  const begun: number[] = []
  await using _agent = runAgent(coordinator, {
    capabilities: [...manySlots],
    handlers: {
      'file.ingest': async ({ fileId }) => {
        begun.push(fileId)
        if (fileId === 99) await gate.promise
        return readResult
      },
    },
  })
  await poll(() => begun.length).toBe(3)
  const renewals = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(renewals + 1)
  expect(coordinator.completed()).toEqual([])
  gate.resolve()
  await poll(() => coordinator.completed().length).toBe(3)
  expect(coordinator.received('job.complete').map(({ jobs }) => idsOf(jobs).sort())).toEqual([[99], [1, 2]])
})

test('large results travel in several messages, and one that no message can carry fails', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4].map((id) => leaseOf(id, { kind: 'test.kind', input: id })))
  const sizes: Record<number, number> = { 1: 700_000, 2: 700_000, 3: 2_000_000, 4: 5_000_000 }
  const handler = testKind(async (id) => 'x'.repeat(sizes[id as number]!))
  await using _agent = runAgent(coordinator, { capabilities: [...manySlots], handlers: new Map([handler]) })
  await poll(() => coordinator.completed().length).toBe(3)
  expect(coordinator.received('job.complete').map(({ jobs }) => idsOf(jobs))).toEqual([[1], [2], [3]])
  await poll(() => coordinator.received('job.fail')).toMatchObject([
    { jobId: 4, error: { code: 'too_large' } },
  ])
  expect(coordinator.received('hello')).toHaveLength(1)
})

test('each result stands alone: what is refused is logged, the rest is done, and the next come', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1), leaseOf(2), leaseOf(3))
  const refusals = [
    { jobId: 1, error: toErrorBody(new LeaseLostError(1)) },
    { jobId: 2, error: toErrorBody(new AppError('bad_request', 'The result has another shape')) },
  ]
  coordinator.script['job.complete'] = ({ slots }) => ({
    refused: refusals.splice(0),
    leases: coordinator.lease(slots),
  })
  await using agent = runAgent(coordinator, {
    capabilities: [...manySlots],
    handlers: { 'file.ingest': async () => readResult },
  })
  await poll(() => coordinator.completed().length).toBe(3)
  await poll(() => agent.log.filter(({ level }) => level >= 40)).toMatchObject([
    { level: 40, jobId: 1, code: 'lease_lost' },
    { level: 50, jobId: 2, code: 'bad_request', reason: 'The result has another shape' },
  ])
  coordinator.queue.push(leaseOf(4))
  coordinator.tell('work.available', {})
  await poll(() => idsOf(coordinator.completed())).toEqual([1, 2, 3, 4])
  await poll(() => coordinator.received('lease.renew').at(-1)?.leases).toEqual([])
})

test('what is no data fails its job instead of keeping it for ever', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1, { kind: 'test.kind', input: 'result' }))
  coordinator.queue.push(leaseOf(2, { kind: 'test.kind', input: 'error' }))
  const noData = () => {}
  const handler = testKind(async (input) => {
    if (input === 'error') throw new AppError('conflict', 'odd', { details: noData })
    return noData
  })
  await using agent = runAgent(coordinator, { capabilities: [...manySlots], handlers: new Map([handler]) })
  await poll(() => coordinator.received('job.fail')).toMatchObject([
    { jobId: 1, error: { code: 'internal' } },
  ])
  await poll(() => coordinator.received('lease.renew').at(-1)?.leases).toEqual([])
  expect(agent.log.filter(({ level }) => level >= 40)).toMatchObject([{ jobId: 2 }])
})
