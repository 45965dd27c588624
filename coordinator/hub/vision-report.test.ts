import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { transact } from '../db/transact.ts'
import { listAgents } from '../fleet/agent-views.ts'
import { runSweepStep } from '../models/run-sweeps.ts'
import { keyOf, visionReport } from '../testing/vision-actor.ts'
import { startHub } from './testing/test-hub.ts'

test('an agent that gets a model is told of its work, and may have it without saying hello again', async () => {
  await using fresh = await freshDatabase()
  await using t = await startHub(fresh.db)
  t.vault.tree = { '': { 'a.jpg': { content: 'a' } } }
  await t.vault.scanAndIngest()
  const agent = await t.greet({ capabilities: [{ capability: 'detect', concurrency: 1 }], models: [] })
  const slots = [{ capability: 'detect' as const, count: 1 }]
  await agent.ask('agent.vision', visionReport({ id: 'yolo', task: 'detect', state: 'missing', reason: 'x' }))
  expect(await transact(fresh.db, { durable: false }, runSweepStep)).toBeUndefined()

  const hints = () => agent.heard.filter(({ event }) => event === 'work.available').length
  const before = hints()
  await agent.ask('agent.vision', visionReport({ id: 'yolo', task: 'detect' }))
  await expect.poll(hints).toBeGreaterThan(before)
  expect(t.changes).toContain('models')
  expect(await transact(fresh.db, { durable: false }, runSweepStep)).toBe(1)
  const { leases } = await agent.ask('lease.request', { slots })
  expect(leases).toMatchObject([{ kind: 'asset.detect', input: { model: keyOf('yolo') } }])
  await agent.ask('job.release', { leases, reason: 'test' })

  await agent.ask('agent.vision', visionReport({ id: 'yolo', task: 'detect', state: 'broken', reason: 'x' }))
  expect(await agent.ask('lease.request', { slots })).toEqual({ leases: [] })
  expect(t.errors).toEqual([])
})

test('why an agent runs models on what it runs them is shown with the machine', async () => {
  await using fresh = await freshDatabase()
  await using t = await startHub(fresh.db)
  const agent = await t.greet({ capabilities: [{ capability: 'detect', concurrency: 1 }], models: [] })
  const providersOf = async () =>
    (await listAgents(fresh.db))
      .filter(({ providers }) => providers.length > 0)
      .map(({ providers }) => providers)
  expect(await providersOf()).toEqual([])
  const providers = [
    { provider: 'cuda', works: false, reason: 'its library is not here' },
    { provider: 'cpu', works: true, reason: null },
  ]
  await agent.ask('agent.vision', { ...visionReport({ id: 'yolo', task: 'detect' }), providers })
  expect(await providersOf()).toEqual([providers])
})
