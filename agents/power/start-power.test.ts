import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { PowerConfig } from '../../config/power-config.ts'
import { runAgent } from '../runtime/testing/test-agent.ts'
import { TestCoordinator } from '../runtime/testing/test-coordinator.ts'
import { startPower } from './start-power.ts'
import { silent } from './testing/silent.ts'

const poll = (ask: () => unknown) => expect.poll(ask, { timeout: 20_000, interval: 20 })

/** The real runtime against a coordinator that the test plays, with a sleep command that leaves a file. */
async function startSleepy(sleep: { afterMinutes: number | null }) {
  const coordinator = await TestCoordinator.start()
  const folder = mkdtempSync(join(tmpdir(), 'hearth-sleepy-'))
  const marker = join(folder, 'slept')
  const agent = runAgent(coordinator, { handlers: {} })
  const closers: (() => void | Promise<void>)[] = []
  const power = PowerConfig.parse({ sleep: { command: ['touch', marker], ...sleep } })
  startPower(agent, { power, log: silent, searchPath: '/usr/bin:/bin' }, closers)
  const close = async () => {
    for (const closer of closers.reverse()) await closer()
    await agent.stop()
    await coordinator[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  }
  return {
    coordinator,
    agent,
    hasSlept: () => existsSync(marker),
    reports: () => coordinator.received('agent.power'),
    [Symbol.asyncDispose]: close,
  }
}

test('an agent without work says so, hangs up and runs its owner’s command', async () => {
  await using t = await startSleepy({ afterMinutes: 0.02 })
  await poll(t.hasSlept).toBe(true)
  expect(t.reports().map(({ state }) => state)).toEqual(['awake', 'sleeping'])
  expect(t.reports().at(-1)).toMatchObject({ because: 'idle', canSleep: true })
  await poll(() => t.agent.line.isGreeted).toBe(false)
  const asked = t.coordinator.received('lease.request').length
  t.agent.line.redial('this machine has slept')
  await poll(() => t.coordinator.received('hello').length).toBe(2)
  await poll(() => t.coordinator.received('lease.request').length).toBeGreaterThan(asked)
  expect(t.reports().at(-1)).toMatchObject({ state: 'awake', problem: null })
})

test('one that is asked to sleep does, also when it never would by itself', async () => {
  await using t = await startSleepy({ afterMinutes: null })
  await poll(() => t.reports().length).toBe(1)
  t.coordinator.tell('agent.sleep', { reason: 'x' })
  await poll(t.hasSlept).toBe(true)
  expect(t.reports().at(-1)).toMatchObject({ state: 'sleeping', because: 'asked' })
})

test('the dashboard may ask for an earlier sleep, not for a later one, nor for one where the owner wants none', async () => {
  await using t = await startSleepy({ afterMinutes: 30 })
  await using never = await startSleepy({ afterMinutes: null })
  const minutes = () => t.reports().at(-1)?.sleepsAfterMinutes
  await poll(minutes).toBe(30)
  for (const [asked, expected] of [
    [10, 10],
    [90, 30],
    [null, 30],
  ] as const) {
    t.coordinator.tell('agent.settings', { concurrency: {}, sleepAfterMinutes: asked })
    await poll(minutes).toBe(expected)
  }
  never.coordinator.tell('agent.settings', { concurrency: {}, sleepAfterMinutes: 1 })
  never.coordinator.tell('work.available', {})
  await poll(() => never.coordinator.received('lease.request').length).toBeGreaterThan(1)
  expect(never.reports().at(-1)?.sleepsAfterMinutes).toBeNull()
})
