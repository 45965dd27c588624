import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { poll } from './testing/poll.ts'
import { readResult, runAgent } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const handlers = { 'file.ingest': async () => readResult }

test('a challenge that comes twice on a connection is answered once, and work goes on', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.script.hello = (hello) => {
    if (coordinator.received('hello').length > 1) throw new AppError('conflict', 'It has said hello already')
    return coordinator.greet(hello)
  }
  await using _agent = runAgent(coordinator, { handlers })
  await poll(() => coordinator.received('lease.request').length).toBeGreaterThan(0)
  coordinator.tell('challenge', coordinator.challenge as never)
  coordinator.queue.push(leaseOf(1))
  coordinator.tell('work.available', {})
  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([1])
  expect(coordinator.received('hello')).toHaveLength(1)
})

test('a coordinator that forgets an agent in the middle does not stop its thread', async () => {
  await using coordinator = await TestCoordinator.start()
  await using _agent = runAgent(coordinator, { handlers })
  await poll(() => coordinator.received('lease.request').length).toBeGreaterThan(0)
  // As after a restart that the agent's own connection has outlived.
  coordinator.script.hello = () => {
    throw new AppError('unavailable', 'Later')
  }
  coordinator.cut()
  await poll(() => coordinator.received('hello').length).toBeGreaterThan(2)
  delete coordinator.script.hello
  coordinator.queue.push(leaseOf(1))
  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([1])
})
