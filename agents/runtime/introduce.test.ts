import { expect, test } from 'vitest'
import type { Challenge } from '../../protocol/introduction.ts'
import { introduce, type KnownCoordinator, unknownCoordinator } from './introduce.ts'
import { poll } from './testing/poll.ts'
import { createKey, runAgent } from './testing/test-agent.ts'
import { TestCoordinator } from './testing/test-coordinator.ts'

const house = createKey().publicKey
const challengeOf = (changes: Partial<Challenge> = {}): Challenge => ({
  nonce: 'n'.repeat(43),
  house,
  versions: { oldest: 3, newest: 3 },
  ...changes,
})
const meet = (challenge: Challenge, coordinator: KnownCoordinator = unknownCoordinator, newest = 3) =>
  introduce(
    {
      key: createKey(),
      coordinator,
      purpose: 'hello',
      name: 'test',
      agentVersion: '0.1.0',
      versions: { oldest: 3, newest },
    },
    challenge,
  )

test('an agent speaks the version of a coordinator that is one older, where it still can', () => {
  expect(meet(challengeOf(), unknownCoordinator, 4).introduction.protocolVersion).toBe(3)
})

test.each([
  ['older', { versions: { oldest: 2, newest: 2 }, house: undefined }, 'upgrade the coordinator'],
  ['newer', { versions: { oldest: 4, newest: 5 } }, 'upgrade the agent'],
])('a coordinator that is too much %s is told apart, with what to upgrade', (_age, changes, advice) => {
  expect(() => meet(challengeOf(changes as Partial<Challenge>))).toThrow(
    expect.objectContaining({ code: 'version_unsupported', message: expect.stringContaining(advice) }),
  )
})

test('nothing is signed for another house than its own', () => {
  expect(() => meet(challengeOf(), { house: createKey().publicKey, fingerprint: null })).toThrow(
    expect.objectContaining({ code: 'unauthenticated' }),
  )
})

test('an answer must be signed by the house, over this very greeting', () => {
  const { checkProof } = meet(challengeOf())
  expect(() => checkProof('A'.repeat(86))).toThrow(/could not prove/)
})

test('an agent takes no work from a coordinator that cannot prove whose it is', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.script.hello = (hello) => ({ ...coordinator.greet(hello), proof: 'A'.repeat(86) })
  await using agent = runAgent(coordinator, { handlers: {} })
  await poll(() => agent.log.some(({ msg }) => msg === 'the coordinator refused this agent')).toBe(true)
  expect(agent.line.isGreeted).toBe(false)
  expect(coordinator.received('lease.request')).toEqual([])
})
