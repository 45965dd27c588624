import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import type { AgentProcessInput, AgentProcessOptions } from './testing/agent-process.ts'
import { poll } from './testing/poll.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const script = join(import.meta.dirname, 'testing', 'agent-process.ts')

const lease = (jobId: number, input: AgentProcessInput, changes: Partial<Lease> = {}) =>
  leaseOf(jobId, { kind: 'test.kind', input, ...changes })

/** A real process, dialling a coordinator that the test plays. */
function startAgent(coordinator: TestCoordinator, options: Partial<AgentProcessOptions> = {}) {
  const given: AgentProcessOptions = { url: coordinator.url, concurrency: 2, ...options }
  const child: ChildProcess = spawn(process.execPath, [script, JSON.stringify(given)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let text = ''
  child.stdout!.setEncoding('utf8').on('data', (part: string) => {
    text += part
  })
  const log = () =>
    text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as { level: number; msg: string; jobId?: number })
  return {
    child,
    log,
    begun: () => log().flatMap(({ msg, jobId }) => (msg === 'begun' && jobId ? [jobId] : [])),
    /** Its status and the signal that ended it. */
    ended: async () => (await exit) as [number | null, NodeJS.Signals | null],
    [Symbol.asyncDispose]: async () => {
      if (child.exitCode === null) child.kill('SIGKILL')
      await exit
    },
  }
}

/** Ids of the jobs that a message is about. */
const about = (message: unknown): number[] =>
  [...JSON.stringify(message).matchAll(/"jobId":(\d+)/g)].map(([, id]) => Number(id))

test('an agent that computes without a pause keeps its lease and answers pings', async () => {
  await using coordinator = await TestCoordinator.start({ pingInterval: 200, pingTimeout: 800 })
  const ttlMs = 2_000
  const blockMs = 7_000
  coordinator.heartbeatMs = 400
  coordinator.queue.push(lease(1, { does: 'block', ms: blockMs }, { ttlMs }))
  await using agent = startAgent(coordinator)
  await poll(() => coordinator.completed().length).toBe(1)

  expect(coordinator.completed()).toMatchObject([{ jobId: 1, fencingToken: 1, result: { did: 'block' } }])
  expect(coordinator.received('hello')).toHaveLength(1)
  const renewedAt = coordinator.got
    .filter(({ event, message }) => event === 'lease.renew' && about(message).includes(1))
    .map(({ atMs }) => atMs)
  expect(renewedAt.length).toBeGreaterThan(blockMs / ttlMs)
  const gaps = renewedAt.slice(1).map((atMs, i) => atMs - renewedAt[i]!)
  expect(Math.max(...gaps)).toBeLessThan(ttlMs)
  expect(agent.log().filter(({ level }) => level >= 40)).toEqual([])
})

test('an agent that hangs is ended and says why', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(lease(1, { does: 'block', ms: 120_000 }))
  await using agent = startAgent(coordinator, { stallLimitMs: 1_000 })
  expect(await agent.ended()).toEqual([null, 'SIGKILL'])
  expect(agent.log().at(-1)).toMatchObject({ level: 60, msg: expect.stringContaining('hangs') })
})

test('an agent that was stopped beyond its leases says nothing more of them, and goes on', async () => {
  await using coordinator = await TestCoordinator.start()
  const ttlMs = 1_000
  coordinator.heartbeatMs = ttlMs / 5
  // One comes to its end while everything stands still, the other is just renewed.
  coordinator.queue.push(
    lease(1, { does: 'wait', ms: 2_000 }, { ttlMs }),
    lease(2, { does: 'obey', ms: 60_000 }, { ttlMs }),
  )
  await using agent = startAgent(coordinator, { stallLimitMs: 2_000 })
  await poll(() => coordinator.received('lease.renew').some(({ leases }) => leases.length === 2)).toBe(true)
  agent.child.kill('SIGSTOP')
  await sleep(6_000)
  const before = coordinator.got.length
  agent.child.kill('SIGCONT')

  // It says hello before anything else, and holds nothing any more.
  await poll(() => coordinator.received('hello').length).toBe(2)
  expect(coordinator.received('hello')[1]?.held).toEqual([])
  coordinator.queue.push(lease(3, { does: 'obey', ms: 1 }))
  await poll(() => coordinator.completed().map(({ jobId }) => jobId)).toEqual([3])
  await poll(() => agent.log().filter(({ msg }) => msg.startsWith('the lease is gone')).length).toBe(2)
  expect(coordinator.got.slice(before).flatMap(({ message }) => about(message))).not.toContain(1)
  expect(coordinator.got.slice(before).flatMap(({ message }) => about(message))).not.toContain(2)
  expect(agent.child.exitCode).toBeNull()
})

test('SIGTERM gives back at once what has not begun, finishes what can be and gives back the rest', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(
    lease(1, { does: 'wait', ms: 1_000 }),
    lease(2, { does: 'obey', ms: 60_000 }),
    lease(3, { does: 'wait', ms: 1 }),
  )
  await using agent = startAgent(coordinator, { finishLimitMs: 2_000 })
  await poll(agent.begun).toEqual([1, 2])
  agent.child.kill('SIGTERM')
  await poll(() => coordinator.received('job.release').length).toBe(1)
  expect(coordinator.completed()).toEqual([])
  expect(await agent.ended()).toEqual([0, null])
  const released = coordinator.received('job.release').map(({ leases }) => leases.map(({ jobId }) => jobId))
  expect(released).toEqual([[3], [2]])
  expect(coordinator.completed().map(({ jobId }) => jobId)).toEqual([1])
  expect(agent.begun()).toEqual([1, 2])
})

test('a job that does not stop is given back all the same, and does not keep the process', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(lease(1, { does: 'wait', ms: 120_000 }))
  await using agent = startAgent(coordinator, { finishLimitMs: 100 })
  await poll(agent.begun).toEqual([1])
  agent.child.kill('SIGTERM')
  expect(await agent.ended()).toEqual([0, null])
  expect(coordinator.received('job.release')).toMatchObject([{ leases: [{ jobId: 1 }] }])
})

test('a second SIGTERM ends an agent at once', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(lease(1, { does: 'wait', ms: 120_000 }), lease(2, { does: 'wait', ms: 120_000 }))
  coordinator.queue.push(lease(3, { does: 'wait', ms: 120_000 }))
  await using agent = startAgent(coordinator, { finishLimitMs: 60_000 })
  await poll(agent.begun).toEqual([1, 2])
  agent.child.kill('SIGTERM')
  // It stops, and finishes what runs.
  await poll(() => coordinator.received('job.release').length).toBe(1)
  const startMs = performance.now()
  agent.child.kill('SIGTERM')
  expect(await agent.ended()).toEqual([1, null])
  expect(performance.now() - startMs).toBeLessThan(5_000)
})

test('SIGTERM ends an agent whose coordinator answers nothing', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3].map((id) => lease(id, { does: 'obey', ms: 120_000 })))
  await using agent = startAgent(coordinator, { finishLimitMs: 100 })
  await poll(agent.begun).toEqual([1, 2])
  coordinator.script['job.release'] = () => undefined
  coordinator.script['lease.request'] = () => undefined
  const startMs = performance.now()
  agent.child.kill('SIGTERM')
  expect((await agent.ended())[0]).toBe(0)
  expect(performance.now() - startMs).toBeLessThan(12_000)
})
