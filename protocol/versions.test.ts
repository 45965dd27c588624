import { expect, test } from 'vitest'
import { agreeOnVersion } from './versions.ts'

test.each([
  ['the same', [3, 3], [3, 3], 3],
  ['an agent one version older that the coordinator still speaks', [3, 3], [3, 4], 3],
  ['a coordinator one version older that the agent still speaks', [3, 4], [3, 3], 3],
  ['both speak several: the newest in common', [2, 5], [3, 9], 5],
  ['an agent that is too old', [2, 2], [3, 4], 'agent'],
  ['a coordinator that is too old', [4, 5], [2, 3], 'coordinator'],
] as const)('%s', (_title, [agentOldest, agentNewest], [oldest, newest], agreed) => {
  expect(agreeOnVersion({ oldest: agentOldest, newest: agentNewest }, { oldest, newest })).toBe(agreed)
})
