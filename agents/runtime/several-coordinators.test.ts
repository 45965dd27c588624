import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { readResult, runAgent, untilAborted } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

/** Nothing listens there. */
const nowhere = 'http://127.0.0.1:9'

test('an agent finds the coordinator that is there', async () => {
  await using coordinator = await TestCoordinator.start()
  // Each begins with a random one.
  for (const coordinatorUrls of [
    [nowhere, coordinator.url],
    [nowhere, nowhere, coordinator.url],
  ]) {
    await using agent = runAgent(coordinator, { coordinatorUrls, handlers: {} })
    await poll(() => agent.line.isGreeted).toBe(true)
  }
})

test('leases and results go over to another coordinator, and so do bytes', async () => {
  const coordinators = [await TestCoordinator.start(), await TestCoordinator.start()]
  const stored: string[] = []
  for (const coordinator of coordinators) {
    coordinator.onHttp = (request, response) => {
      stored.push(`${coordinator.url} ${request.method}`)
      request.resume()
      request.on('end', () => response.end(JSON.stringify({ missing: [] })))
    }
  }
  const goOn = Promise.withResolvers<void>()
  await using agent = runAgent(coordinators[0]!, {
    coordinatorUrls: coordinators.map(({ url }) => url),
    handlers: {
      'file.ingest': async (_input, { storeDerived, signal }) => {
        await Promise.race([goOn.promise, untilAborted(signal)])
        const bytes = Buffer.from('preview')
        const hash = createHash('sha256').update(bytes).digest('hex')
        await storeDerived([{ hash, bytes, mimeType: 'image/webp' }])
        return readResult
      },
    },
  })
  const greeted = () => coordinators.filter((each) => each.received('hello').length > 0)
  await poll(() => greeted().length).toBe(1)
  const before = greeted()[0]!
  const after = coordinators.find((each) => each !== before)!
  before.queue.push(leaseOf(1))
  before.tell('work.available', {})
  await poll(() => before.received('lease.renew').at(-1)?.leases.length).toBe(1)

  await before[Symbol.asyncDispose]()
  await poll(() => after.received('hello').at(-1)?.held).toEqual([{ jobId: 1, fencingToken: 1 }])
  expect(after.received('hello').at(-1)?.instance).toBe(before.received('hello')[0]?.instance)
  await poll(() => agent.line.isGreeted).toBe(true)
  goOn.resolve()
  await poll(() => after.completed()).toMatchObject([{ jobId: 1 }])
  expect(stored).toEqual([`${after.url} POST`])
  await after[Symbol.asyncDispose]()
})

test('each process says hello under an instance of its own', async () => {
  await using coordinator = await TestCoordinator.start()
  for (const count of [1, 2]) {
    await using _agent = runAgent(coordinator, { handlers: {} })
    await poll(() => coordinator.received('hello').length).toBe(count)
  }
  const instances = coordinator.received('hello').map(({ instance }) => instance)
  expect(new Set(instances).size).toBe(2)
})
