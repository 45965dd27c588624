import { expect, test } from 'vitest'
import { priorities } from '../../protocol/jobs.ts'
import { poll } from './testing/poll.ts'
import { readResult, runAgent } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const { interactive } = priorities
const oneSlot = [{ capability: 'ingest', concurrency: 1 }] as const

/** An agent whose jobs run until they are let go, one at a time. */
async function busyAgent(coordinator: TestCoordinator) {
  const begun: number[] = []
  const gates = new Map<number, () => void>()
  const agent = runAgent(coordinator, {
    capabilities: [...oneSlot],
    handlers: {
      'file.ingest': async ({ fileId }) => {
        begun.push(fileId)
        await new Promise<void>((resolve) => gates.set(fileId, resolve))
        return readResult
      },
    },
    finishLimitMs: 1,
    abortGraceMs: 1,
  })
  return { agent, begun, finish: (id: number) => gates.get(id)?.() }
}

test('urgent work starts at once beside a full house, and other work does not', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4].map((id) => leaseOf(id)))
  const { agent, begun, finish } = await busyAgent(coordinator)
  await using _stop = agent
  await poll(() => begun).toEqual([1])
  await poll(() => coordinator.queue.length).toBe(0)

  // The agent holds more than enough; only the hint makes it ask.
  coordinator.queue.push(...[91, 92, 93, 94].map((id) => leaseOf(id, { priority: interactive })), leaseOf(5))
  const startMs = performance.now()
  coordinator.tell('work.available', { capability: 'ingest', priority: interactive })
  await poll(() => begun).toEqual([1, 91])
  expect(coordinator.received('lease.request').at(-1)?.slots).toEqual([
    { capability: 'ingest', count: 1, minPriority: interactive },
  ])

  // One at a time in the extra slot; the next comes as soon as it is free, and not with the next regular ask.
  for (const next of [92, 93, 94]) {
    finish(next - 1)
    await poll(() => begun.at(-1)).toBe(next)
  }
  expect(performance.now() - startMs).toBeLessThan(8_000)
  finish(94)
  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([91, 92, 93, 94])
  expect(begun).toEqual([1, 91, 92, 93, 94])
})

test('a hint about work that is not urgent does not make a full agent ask for it', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4].map((id) => leaseOf(id)))
  const { agent, begun } = await busyAgent(coordinator)
  await using _stop = agent
  await poll(() => begun).toEqual([1])
  const asked = coordinator.received('lease.request').length
  for (let round = 0; round < 3; round += 1) {
    coordinator.tell('work.available', { capability: 'ingest', priority: interactive - 1 })
    coordinator.tell('work.available', { capability: 'scan', priority: interactive })
    coordinator.tell('work.available', {})
    const renewals = coordinator.received('lease.renew').length
    await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(renewals + 1)
  }
  const since = coordinator.received('lease.request').slice(asked)
  expect(since.flatMap(({ slots }) => slots).filter((slot) => slot.minPriority === undefined)).toEqual([])
  // The regular ask, which needs no hint, may fall into this time.
  expect(since.length).toBeLessThan(3)
})

test('an urgent job is found although its hint was lost', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4].map((id) => leaseOf(id)))
  const { agent, begun } = await busyAgent(coordinator)
  await using _stop = agent
  await poll(() => begun).toEqual([1])
  coordinator.queue.push(leaseOf(91, { priority: interactive }))
  await poll(() => begun).toEqual([1, 91])
})

test('what waits is begun by priority, and in order within one', async () => {
  await using coordinator = await TestCoordinator.start()
  const queue = [leaseOf(1), leaseOf(2), leaseOf(3, { priority: 30 }), leaseOf(4, { priority: 40 })]
  coordinator.queue.push(...queue)
  const { agent, begun, finish } = await busyAgent(coordinator)
  await using _stop = agent
  for (const expected of [[4], [4, 3], [4, 3, 1], [4, 3, 1, 2]]) {
    await poll(() => begun).toEqual(expected)
    finish(expected.at(-1)!)
  }
})
