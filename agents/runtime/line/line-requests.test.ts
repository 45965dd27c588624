import { pino } from 'pino'
import { expect, test } from 'vitest'
import { readHostFacts } from '../host-facts.ts'
import { introduce, unknownCoordinator } from '../introduce.ts'
import { poll } from '../testing/poll.ts'
import { createKey } from '../testing/test-agent.ts'
import { leaseOf, TestCoordinator } from '../testing/test-coordinator.ts'
import { CoordinatorSocket } from './coordinator-socket.ts'
import { HeldLeases } from './held-leases.ts'
import { LineRequests } from './line-requests.ts'
import type { FromLine, LineRequest } from './messages.ts'

const ref = (jobId: number) => ({ jobId, fencingToken: 1 })

/** What the thread of the line does, here, under a clock that the test sets: nothing looks for overdue leases. */
async function startRequests(coordinator: TestCoordinator, leaseIds: number[]) {
  const clock = { now: 0 }
  const posted: FromLine[] = []
  const post = (message: FromLine) => void posted.push(message)
  const now = () => clock.now
  const key = createKey()
  const leases = new HeldLeases({ now, onLost: (lost) => post({ type: 'lost', leases: lost }) })
  const socket = new CoordinatorSocket({
    urls: [coordinator.url],
    log: pino({ level: 'silent' }),
    hasSlept: () => false,
    fingerprint: null,
    hello: (challenge) => {
      const name = 'test'
      const about = {
        key,
        name,
        agentVersion: '0',
        coordinator: unknownCoordinator,
        purpose: 'hello' as const,
      }
      const { introduction, checkProof } = introduce(about, challenge)
      const rest = { capabilities: [], roots: [], models: [], instance: 'i'.repeat(22), held: leases.refs() }
      return { message: { ...introduction, facts: readHostFacts(), ...rest }, checkProof }
    },
    onGreeted: () => {},
    onDown: () => {},
    onEvent: () => {},
  })
  socket.open()
  await poll(() => socket.isGreeted).toBe(true)
  leases.add(
    leaseIds.map((id) => leaseOf(id, { ttlMs: 10_000 })),
    0,
  )
  const requests = new LineRequests({ socket, leases, now, post })
  let lastId = 0
  return {
    clock,
    leases,
    requests,
    posted,
    /** @returns the last thing that the main thread hears of it */
    ask: async (event: LineRequest, message: unknown) => {
      await requests.take({ type: 'request', id: ++lastId, event, message })
      return posted.at(-1)
    },
    [Symbol.dispose]: () => socket.close(),
  }
}

const messages = [
  ['job.chunk', { ...ref(1), seq: 0, chunk: 'part' }],
  ['job.fail', { ...ref(1), error: { code: 'internal', message: 'x' } }],
  ['job.complete', { jobs: [{ ...ref(1), result: {} }], slots: [{ capability: 'ingest', count: 1 }] }],
  ['job.release', { leases: [ref(1)], reason: 'agent stops' }],
] as const

test.each(messages)('%s is not sent for a lease that has run out by then', async (event, message) => {
  await using coordinator = await TestCoordinator.start()
  using t = await startRequests(coordinator, [1])
  t.clock.now = 9_000
  const heard = await t.ask(event, message)
  expect(t.posted[0]).toEqual({ type: 'lost', leases: [ref(1)] })
  if (event === 'job.complete')
    expect(heard).toMatchObject({ value: { refused: [{ jobId: 1, error: { code: 'lease_lost' } }] } })
  else if (event === 'job.release') expect(heard).toMatchObject({ type: 'answer', value: {} })
  else expect(heard).toMatchObject({ type: 'failed', error: { code: 'lease_lost' } })
  expect(coordinator.received(event)).toEqual([])
})

test('of several results those of lost leases stay here', async () => {
  await using coordinator = await TestCoordinator.start()
  using t = await startRequests(coordinator, [1, 2, 3])
  t.leases.revoke([2])
  const jobs = [1, 2, 3].map((id) => ({ ...ref(id), result: id }))
  expect(await t.ask('job.complete', { jobs, slots: [] })).toMatchObject({
    value: { refused: [{ jobId: 2, error: { code: 'lease_lost' } }] },
  })
  expect(coordinator.completed().map(({ jobId }) => jobId)).toEqual([1, 3])
  expect(t.leases.refs()).toEqual([])
})

test('a result that was sent in time is sent again after its time, the same to the letter', async () => {
  await using coordinator = await TestCoordinator.start()
  using t = await startRequests(coordinator, [1])
  t.leases.addLog(ref(1), 'info', 'read')
  coordinator.script['job.complete'] = () => {
    if (coordinator.received('job.complete').length > 1)
      return { refused: [], leases: [leaseOf(2, { ttlMs: 10_000 })] }
    // The answer is lost; meanwhile the lease runs out, and more is said.
    t.clock.now = 60_000
    t.leases.addLog(ref(1), 'info', 'late')
    coordinator.cut()
    return undefined
  }
  await t.ask('job.complete', {
    jobs: [{ ...ref(1), result: 'r' }],
    slots: [{ capability: 'ingest', count: 1 }],
  })
  const [first, again] = coordinator.received('job.complete')
  expect(again).toEqual(first)
  expect(first?.jobs[0]?.log).toMatchObject([{ message: 'read' }])
  expect(coordinator.received('hello')[1]?.held).toEqual([ref(1)])
  // What came with the answer counts from the second sending.
  expect(t.posted.map(({ type }) => type)).toEqual(['leases', 'answer'])
  expect(t.leases.refs()).toEqual([ref(2)])
})

test('leases are held from their arrival, also when nobody waits for the answer any more', async () => {
  await using coordinator = await TestCoordinator.start()
  using t = await startRequests(coordinator, [])
  coordinator.queue.push(leaseOf(1))
  const heard = await t.ask('lease.request', { slots: [{ capability: 'ingest', count: 1 }] })
  expect(t.posted.map(({ type }) => type)).toEqual(['leases', 'answer'])
  expect(heard).toMatchObject({ type: 'answer', value: {} })
  expect(t.leases.refs()).toEqual([ref(1)])
})

test('a report that nobody waits for ends the holding all the same', async () => {
  await using coordinator = await TestCoordinator.start()
  using t = await startRequests(coordinator, [1])
  coordinator.script['job.release'] = () => undefined
  const asked = t.ask('job.release', { leases: [ref(1)], reason: 'agent stops' })
  await poll(() => coordinator.received('job.release').length).toBe(1)
  t.requests.abort(1)
  await asked
  expect([t.leases.refs(), t.posted]).toEqual([[], []])
})
