import { pino } from 'pino'
import { expect, test } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import { readHostFacts } from '../host-facts.ts'
import { introduce, unknownCoordinator } from '../introduce.ts'
import { poll } from '../testing/poll.ts'
import { createKey } from '../testing/test-agent.ts'
import { TestCoordinator } from '../testing/test-coordinator.ts'
import { CoordinatorSocket } from './coordinator-socket.ts'

const TRIES = 4

test('an agent that is refused keeps asking, and says each reason once until it has been let in', async () => {
  await using coordinator = await TestCoordinator.start()
  let reason: string | null = 'revoked'
  coordinator.script.hello = (hello) => {
    if (reason === null) return coordinator.greet(hello)
    throw new AppError('unauthenticated', reason)
  }
  const said: unknown[] = []
  const write = (line: string) => void said.push(JSON.parse(line).reason)
  const about = { name: 'test', agentVersion: '0.1.0' }
  const socket = new CoordinatorSocket({
    urls: [coordinator.url],
    hasSlept: () => false,
    log: pino({ level: 'error' }, { write }),
    fingerprint: null,
    refusedPauseMs: () => 10,
    hello: (challenge) => {
      const introducing = { ...about, key: createKey(), coordinator: unknownCoordinator }
      const { introduction, checkProof } = introduce({ ...introducing, purpose: 'hello' }, challenge)
      const offer = { capabilities: [], roots: [], models: [], held: [], instance: 'i'.repeat(22) }
      return {
        message: { ...introduction, ...offer, facts: { ...readHostFacts(), cageMissing: [] } },
        checkProof,
      }
    },
    onGreeted: () => {},
    onDown: () => {},
    onEvent: () => {},
  })
  const hellos = () => coordinator.received('hello').length
  const afterMoreTries = async () => {
    const before = hellos()
    await poll(() => hellos() >= before + TRIES).toBe(true)
  }
  socket.open()
  try {
    await afterMoreTries()
    expect(said).toEqual(['revoked'])
    reason = 'another version'
    await afterMoreTries()
    expect(said).toEqual(['revoked', 'another version'])
    reason = null
    await poll(() => socket.isGreeted).toBe(true)
    reason = 'revoked'
    coordinator.cut()
    await afterMoreTries()
    expect(said).toEqual(['revoked', 'another version', 'revoked'])
  } finally {
    socket.close()
  }
})
