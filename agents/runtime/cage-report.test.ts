import { expect, test } from 'vitest'
import { poll } from './testing/poll.ts'
import { runAgent } from './testing/test-agent.ts'
import { TestCoordinator } from './testing/test-coordinator.ts'

test('an agent says in its hello which parts of the cage its machine cannot do', async () => {
  await using coordinator = await TestCoordinator.start()
  const cageMissing = ['files: needs Landlock']
  await using _agent = runAgent(coordinator, { handlers: {}, cageMissing })
  await poll(() => coordinator.received('hello').length).toBeGreaterThan(0)
  expect(coordinator.received('hello')[0]).toMatchObject({ facts: { cageMissing } })
})
