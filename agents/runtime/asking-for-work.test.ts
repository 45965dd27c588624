import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { runAgent, testKind } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

/** Long enough for a hint to overtake an answer. */
const ANSWER_MS = 100
const twoKinds = [
  { capability: 'scan', concurrency: 1 },
  { capability: 'ingest', concurrency: 1 },
] as const

/** An agent that scans until it is let go, at a coordinator whose answers take a while and are old when they come. */
async function scanningAgent(coordinator: TestCoordinator) {
  const begun: string[] = []
  const scanning = Promise.withResolvers<void>()
  coordinator.script['lease.request'] = async ({ slots }) => {
    const leases = coordinator.lease(slots)
    await sleep(ANSWER_MS)
    return { leases }
  }
  coordinator.script['job.complete'] = async ({ slots }) => {
    const leases = coordinator.lease(slots)
    await sleep(ANSWER_MS)
    return { refused: [], leases }
  }
  coordinator.queue.push(leaseOf(1, { kind: 'test.kind', capability: 'scan' }))
  const [kind, handler] = testKind(async (_input, { ref }) => {
    begun.push(`scan ${ref.jobId}`)
    await scanning.promise
    return {}
  })
  const ingest = testKind(async (_input, { ref }) => {
    begun.push(`ingest ${ref.jobId}`)
    return {}
  })[1]
  const agent = runAgent(coordinator, {
    capabilities: [...twoKinds],
    handlers: new Map([
      [kind, handler],
      ['test.other', ingest],
    ]),
  })
  await poll(() => begun).toEqual(['scan 1'])
  await sleep(2 * ANSWER_MS)
  return { agent, begun, endScan: () => scanning.resolve() }
}

/** The agent asks for files with one message and for a scan, with its report, in another; then `told` happens. */
async function askTwice(
  coordinator: TestCoordinator,
  endScan: () => void,
  told: () => void = () => {},
): Promise<void> {
  const asked = coordinator.received('lease.request').length
  coordinator.tell('work.available', {})
  await poll(() => coordinator.received('lease.request').length).toBe(asked + 1)
  expect(coordinator.received('lease.request').at(-1)?.slots).toMatchObject([{ capability: 'ingest' }])
  endScan()
  await poll(() => coordinator.received('job.complete').length).toBe(1)
  expect(coordinator.received('job.complete').at(-1)?.slots).toMatchObject([{ capability: 'scan' }])
  // Both messages have been read, and neither is answered.
  told()
  coordinator.tell('work.available', {})
}

test('an agent that is told of work while two of its messages ask asks once more after each, and then waits', async () => {
  await using coordinator = await TestCoordinator.start()
  const { agent, endScan } = await scanningAgent(coordinator)
  await using _stop = agent
  await askTwice(coordinator, endScan)
  await sleep(6 * ANSWER_MS)
  const asked = coordinator.received('lease.request').length
  await sleep(20 * ANSWER_MS)
  // The regular ask, which needs no hint, may fall into this time.
  expect(coordinator.received('lease.request').length - asked).toBeLessThan(2)
})

test('work that has come after both messages were read is asked for when their answers are there', async () => {
  await using coordinator = await TestCoordinator.start()
  const { agent, begun, endScan } = await scanningAgent(coordinator)
  await using _stop = agent
  await askTwice(coordinator, endScan, () => {
    coordinator.queue.push(
      leaseOf(2, { kind: 'test.kind', capability: 'scan' }),
      leaseOf(3, { kind: 'test.other', capability: 'ingest' }),
    )
  })
  const startedAt = performance.now()
  await poll(() => begun.toSorted()).toEqual(['ingest 3', 'scan 1', 'scan 2'])
  expect(performance.now() - startedAt).toBeLessThan(20 * ANSWER_MS)
})
