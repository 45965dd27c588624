import { afterAll, beforeAll, expect, test } from 'vitest'
import type { AgentMessage } from '../../protocol/agents.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { requireAgent } from '../fleet/agent-views.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'
import { startHub } from './testing/test-hub.ts'

const sleeping: AgentMessage<'agent.power'> = {
  state: 'sleeping',
  because: 'system',
  notBefore: null,
  yields: null,
  sleepsAfterMinutes: null,
  canSleep: false,
  relays: true,
  problem: null,
}

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh[Symbol.asyncDispose]())

const poll = (ask: () => unknown) => expect.poll(ask, { timeout: 10_000, interval: 20 })

test('who goes to sleep holds nothing from then on, and is asleep although its connection still stands', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.greet()
  await enqueueScan(t.db, t.vault.libraryId, { acceptMissing: false })
  const [lease] = await agent.lease('scan', 1)
  expect(await agent.ask('agent.power', sleeping)).toEqual({ stay: false })
  expect(await t.jobRow(lease!.jobId)).toMatchObject({ state: 'queued', attempt: 0, deaths: 0 })
  expect(await requireAgent(t.db, t.vault.agentId)).toMatchObject({ state: 'asleep' })
  expect(agent.socket.connected).toBe(true)
})

test.each(['lease.request', 'lease.renew', 'job.release'] as const)(
  'awake again, it has to say hello before “%s”',
  async (event) => {
    await using t = await startHub(fresh.db)
    const agent = await t.greet()
    await agent.ask('agent.power', sleeping)
    const messages = {
      'lease.request': { slots: [{ capability: 'scan', count: 1 }] },
      'lease.renew': { leases: [] },
      'job.release': { leases: [], reason: 'x' },
    }
    // Without an answer: after its next hello the agent says it again.
    await expect(agent.send(event, messages[event])).rejects.toThrow('disconnected')
    await agent.untilGone()

    const again = await t.greet()
    await again.ask('lease.request', { slots: [] })
    await poll(async () => (await requireAgent(t.db, t.vault.agentId)).state).toBe('online')
  },
)

test('what an agent says about its power is shown, until it connects anew', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.greet()
  const yields = 'somebody uses this machine'
  await agent.ask('agent.power', {
    ...sleeping,
    state: 'awake',
    because: null,
    yields,
    sleepsAfterMinutes: 20,
  })
  const { power, state } = await requireAgent(t.db, t.vault.agentId)
  expect({ power, state }).toMatchObject({ state: 'online', power: { yields, sleepsAfterMinutes: 20 } })
  await t.greet()
  expect((await requireAgent(t.db, t.vault.agentId)).power.yields).toBeNull()
})
