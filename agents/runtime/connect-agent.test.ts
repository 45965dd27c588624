import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import type { JobHandler } from './job-handler.ts'
import { poll } from './testing/poll.ts'
import { readResult, runAgent, untilAborted } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

type Ingest = JobHandler<'file.ingest'>

const ids = (refs: readonly { jobId: number }[]) => refs.map((ref) => ref.jobId)

test('jobs are run and reported, and the next come with the answer', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...Array.from({ length: 20 }, (_, i) => leaseOf(i + 1)))
  await using agent = runAgent(coordinator, {
    handlers: { 'file.ingest': async (input) => ({ ...readResult, sizeBytes: input.fileId }) },
  })
  await poll(() => coordinator.completed().length).toBe(20)
  const done = coordinator.completed()
  expect(ids(done).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1))
  for (const { jobId, fencingToken, result } of done) {
    expect({ fencingToken, result }).toEqual({ fencingToken: 1, result: { ...readResult, sizeBytes: jobId } })
  }
  expect(coordinator.received('hello')[0]).toMatchObject({ name: 'test', held: [] })
  expect(agent.log.filter((line) => line.level >= 40)).toEqual([])
})

test.each(['cut', 'hangUp'] as const)(
  'a report whose answer was lost (%s) is sent again, and its job is not run again',
  async (how) => {
    await using coordinator = await TestCoordinator.start()
    coordinator.queue.push(leaseOf(1))
    let runs = 0
    let reports = 0
    coordinator.script['job.complete'] = () => {
      reports += 1
      if (reports > 1) return { refused: [], leases: reports === 2 ? [leaseOf(2)] : [] }
      coordinator[how]()
      return undefined
    }
    await using _agent = runAgent(coordinator, {
      handlers: {
        'file.ingest': async () => {
          runs += 1
          return readResult
        },
      },
    })
    await poll(() => ids(coordinator.completed())).toEqual([1, 1, 2])
    const [first, again] = coordinator.received('job.complete')
    expect(again).toEqual(first)
    expect(runs).toBe(2)
    expect(coordinator.received('hello')[1]?.held).toEqual([{ jobId: 1, fencingToken: 1 }])
  },
)

test('a part of a result is sent again with its number', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  coordinator.script['job.chunk'] = ({ seq }) => {
    if (coordinator.received('job.chunk').length > 2) return { heard: seq }
    if (seq === 0) return { heard: seq }
    coordinator.cut()
    return undefined
  }
  const answers: unknown[] = []
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { sendChunk }) => {
        for (const part of ['a', 'b', 'c']) answers.push(await sendChunk(part))
        return readResult
      },
    },
  })
  await poll(() => coordinator.received('job.complete').length).toBe(1)
  expect(coordinator.received('job.chunk').map(({ seq, chunk }) => [seq, chunk])).toEqual([
    [0, 'a'],
    [1, 'b'],
    [1, 'b'],
    [2, 'c'],
  ])
  expect(answers).toEqual([{ heard: 0 }, { heard: 1 }, { heard: 2 }])
})

test.each(['renewal', 'hello', 'revocation'] as const)(
  'a lease lost by %s aborts its job and drops its result',
  async (how) => {
    await using coordinator = await TestCoordinator.start()
    coordinator.queue.push(leaseOf(1), leaseOf(2))
    const reasons: unknown[] = []
    const ingest: Ingest = async (input, { signal }) => {
      if (input.fileId > 2) return readResult
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      reasons.push(signal.reason)
      // One stops as it should; the other takes no notice and comes with a result.
      if (input.fileId === 1) signal.throwIfAborted()
      return readResult
    }
    await using agent = runAgent(coordinator, { handlers: { 'file.ingest': ingest } })
    await poll(() => coordinator.received('lease.renew').some(({ leases }) => leases.length === 2)).toBe(true)
    if (how === 'renewal') coordinator.script['lease.renew'] = () => ({ gone: [1, 2] })
    if (how === 'revocation') coordinator.tell('lease.revoked', { jobIds: [1, 2, 99], reason: 'cancelled' })
    if (how === 'hello') {
      coordinator.script.hello = (hello) => coordinator.greet(hello, ids(hello.held))
      coordinator.cut()
    }
    await poll(() => reasons.length).toBe(2)
    for (const reason of reasons) expect(reason).toBeInstanceOf(LeaseLostError)

    // What comes after is done; of the lost jobs nothing is said.
    coordinator.queue.push(leaseOf(3))
    coordinator.tell('work.available', {})
    await poll(() => ids(coordinator.completed())).toEqual([3])
    expect(coordinator.received('job.fail')).toEqual([])
    await agent.stop()
    expect(coordinator.received('job.release')).toEqual([])
  },
)

test('a lease that nobody renews is given up before it ends', async () => {
  await using coordinator = await TestCoordinator.start()
  const ttlMs = 1_000
  coordinator.heartbeatMs = 333
  coordinator.queue.push(leaseOf(1, { ttlMs }))
  coordinator.script['lease.renew'] = () => undefined
  let abortedAtMs = 0
  let reason: unknown
  const ingest: Ingest = async (_input, { signal }) => {
    signal.addEventListener('abort', () => {
      abortedAtMs = performance.now()
      reason = signal.reason
    })
    return untilAborted(signal)
  }
  await using _agent = runAgent(coordinator, { handlers: { 'file.ingest': ingest } })
  await poll(() => reason).toBeInstanceOf(LeaseLostError)
  const leasedAtMs = coordinator.got.find(({ event }) => event === 'lease.request')!.atMs
  expect(abortedAtMs - leasedAtMs).toBeLessThan(ttlMs)
  expect(abortedAtMs - leasedAtMs).toBeGreaterThan(ttlMs / 2)
  expect(coordinator.received('job.fail')).toEqual([])
})

test('a lease that came only after an outage counts from when it was asked for again', async () => {
  await using coordinator = await TestCoordinator.start()
  const ttlMs = 800
  let asks = 0
  coordinator.script['lease.request'] = async () => {
    asks += 1
    if (asks > 1) return { leases: asks === 2 ? [leaseOf(1, { ttlMs })] : [] }
    await sleep(ttlMs)
    coordinator.cut()
    return undefined
  }
  let wasAborted = false
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { signal }) => {
        await sleep(600)
        wasAborted = signal.aborted
        return readResult
      },
    },
  })
  await poll(() => ids(coordinator.completed())).toEqual([1])
  expect(wasAborted).toBe(false)
})

test('draining gives back what has not begun, finishes the rest and asks for nothing', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4, 5].map((id) => leaseOf(id)))
  const begun: number[] = []
  const finish = Promise.withResolvers<void>()
  const ingest: Ingest = async (input) => {
    begun.push(input.fileId)
    await finish.promise
    return readResult
  }
  await using _agent = runAgent(coordinator, {
    handlers: { 'file.ingest': ingest },
    capabilities: [{ capability: 'ingest', concurrency: 1 }],
  })
  await poll(() => begun).toEqual([1])
  await poll(() => coordinator.received('lease.renew').some(({ leases }) => leases.length > 1)).toBe(true)
  const unasked = ids(coordinator.queue)
  coordinator.tell('agent.drain', { drain: true })
  await poll(() => coordinator.received('job.release').length).toBe(1)
  const asked = coordinator.received('lease.request').length
  finish.resolve()
  await poll(() => coordinator.received('job.complete').length).toBe(1)
  expect(coordinator.received('job.complete')[0]).toMatchObject({ jobs: [{ jobId: 1 }], slots: [] })
  expect([...ids(coordinator.received('job.release')[0]!.leases), ...unasked]).toEqual([2, 3, 4, 5])
  coordinator.tell('work.available', {})
  await poll(() => coordinator.received('lease.renew').at(-1)?.leases).toEqual([])
  expect(coordinator.received('lease.request')).toHaveLength(asked)
  expect(begun).toEqual([1])

  coordinator.queue.splice(0, Infinity, leaseOf(6))
  coordinator.tell('agent.drain', { drain: false })
  await poll(() => ids(coordinator.completed())).toEqual([1, 6])
})

test('stopping finishes what can be finished in time and gives back the rest', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(...[1, 2, 3, 4].map((id) => leaseOf(id)))
  const begun: number[] = []
  const ingest: Ingest = async (input, { signal }) => {
    begun.push(input.fileId)
    if (input.fileId === 2) return untilAborted(signal)
    await sleep(150)
    return readResult
  }
  const agent = runAgent(coordinator, { handlers: { 'file.ingest': ingest }, finishLimitMs: 600 })
  await poll(() => begun).toEqual([1, 2])
  await agent.stop()
  expect(begun).toEqual([1, 2])
  expect(coordinator.received('job.complete')).toMatchObject([{ jobs: [{ jobId: 1 }], slots: [] }])
  expect(coordinator.received('job.release').map(({ leases }) => ids(leases))).toEqual([[3, 4], [2]])
  expect(coordinator.received('job.fail')).toEqual([])
  expect(agent.log.filter((line) => line.level >= 50)).toEqual([])
})

test('leases that arrive while the agent stops are given back', async () => {
  await using coordinator = await TestCoordinator.start()
  const asked = Promise.withResolvers<void>()
  coordinator.script['lease.request'] = async () => {
    asked.resolve()
    await sleep(200)
    return { leases: [leaseOf(1), leaseOf(2)] }
  }
  const begun: number[] = []
  const ingest: Ingest = async (input) => {
    begun.push(input.fileId)
    return readResult
  }
  const agent = runAgent(coordinator, { handlers: { 'file.ingest': ingest } })
  await asked.promise
  await agent.stop()
  expect(coordinator.received('job.release').map(({ leases }) => ids(leases))).toEqual([[1, 2]])
  expect(begun).toEqual([])
})

test('an agent stops although its coordinator answers nothing more', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  const begun = Promise.withResolvers<void>()
  const ingest: Ingest = async (_input, { signal }) => {
    begun.resolve()
    return untilAborted(signal)
  }
  const agent = runAgent(coordinator, { handlers: { 'file.ingest': ingest }, finishLimitMs: 50 })
  await begun.promise
  coordinator.script['lease.request'] = () => undefined
  coordinator.script['job.release'] = () => undefined
  const startMs = performance.now()
  await agent.stop()
  expect(performance.now() - startMs).toBeLessThan(10_000)
})

test('never more jobs of a capability run at once than it offers, whatever is lost or fails', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.heartbeatMs = 20
  const total = 80
  coordinator.queue.push(
    ...Array.from({ length: total }, (_, i) =>
      i % 8 === 0
        ? leaseOf(i + 1, {
            kind: 'library.scan',
            input: { libraryId: 1, root: `/${i + 1}`, ignoreGlobs: [] },
          })
        : leaseOf(i + 1),
    ),
  )
  coordinator.script['lease.renew'] = ({ leases }) => ({ gone: ids(leases).filter((id) => id % 7 === 0) })
  const running = { scan: 0, ingest: 0 }
  const most = { scan: 0, ingest: 0 }
  const ended = new Set<number>()
  const track = async (capability: 'scan' | 'ingest', id: number) => {
    running[capability] += 1
    most[capability] = Math.max(most[capability], running[capability])
    await sleep((id * 7) % 40)
    running[capability] -= 1
    ended.add(id)
    if (id % 5 === 0) throw new AppError('file_unreadable', 'test')
  }
  await using _agent = runAgent(coordinator, {
    capabilities: [
      { capability: 'scan', concurrency: 1 },
      { capability: 'ingest', concurrency: 3 },
    ],
    handlers: {
      'library.scan': async (input) => {
        await track('scan', Number(input.root.slice(1)))
        return { outcome: 'offline', reason: 'test' }
      },
      'file.ingest': async (input) => {
        await track('ingest', input.fileId)
        return readResult
      },
    },
  })
  // A lost job that had not begun never runs.
  const expected = Array.from({ length: total }, (_, i) => i + 1).filter((id) => id % 7 !== 0)
  await poll(() => expected.every((id) => ended.has(id))).toBe(true)
  expect(most).toEqual({ scan: 1, ingest: 3 })
})

test('a failure carries its code, and what has none is internal', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(
    leaseOf(1),
    leaseOf(2),
    leaseOf(3, { input: { fileId: 'three' } }),
    leaseOf(4, { kind: 'library.scan', input: { libraryId: 1, root: '/r', ignoreGlobs: [] } }),
  )
  const ingest: Ingest = async (input) => {
    if (input.fileId === 1)
      throw new AppError('file_missing', '1.jpg is gone', { details: { path: '1.jpg' } })
    throw new Error('something broke')
  }
  await using _agent = runAgent(coordinator, {
    handlers: { 'file.ingest': ingest },
    capabilities: [
      { capability: 'ingest', concurrency: 4 },
      { capability: 'scan', concurrency: 1 },
    ],
  })
  await poll(() => coordinator.received('job.fail').length).toBe(4)
  const failures = coordinator.received('job.fail').toSorted((a, b) => a.jobId - b.jobId)
  expect(failures).toMatchObject([
    {
      fencingToken: 1,
      error: { code: 'file_missing', message: '1.jpg is gone', details: { path: '1.jpg' } },
    },
    { error: { code: 'internal', message: 'something broke' } },
    { error: { code: 'bad_request' } },
    { error: { code: 'refused_by_agent' } },
  ])
})

test('progress goes out with the heartbeat', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { reportProgress, signal }) => {
        reportProgress(3, 10)
        return untilAborted(signal)
      },
    },
    finishLimitMs: 10,
  })
  await poll(() => coordinator.received('lease.renew').flatMap(({ leases }) => leases)).toContainEqual({
    jobId: 1,
    fencingToken: 1,
    progress: { done: 3, total: 10 },
  })
})

test('an agent that is refused says why once, and one that was only cut off comes back at once', async () => {
  await using coordinator = await TestCoordinator.start()
  let hellos = 0
  coordinator.script.hello = (hello) => {
    hellos += 1
    if (hellos === 1) {
      coordinator.cut()
      return undefined
    }
    if (hellos === 2) return coordinator.greet(hello)
    throw new AppError('unauthenticated', 'pair it again')
  }
  await using agent = runAgent(coordinator, { handlers: {} })
  const errors = () => agent.log.filter((line) => line.level >= 50)
  await poll(() => coordinator.received('lease.request').length).toBe(1)
  expect(errors()).toEqual([])
  expect(coordinator.got[1]!.atMs - coordinator.got[0]!.atMs).toBeLessThan(5_000)

  coordinator.cut()
  await poll(errors).toMatchObject([{ msg: 'the coordinator refused this agent', reason: 'pair it again' }])
  await sleep(500)
  expect(hellos).toBe(3)
})

test('a message that is not understood is told and changes nothing', async () => {
  await using coordinator = await TestCoordinator.start()
  await using agent = runAgent(coordinator, { handlers: { 'file.ingest': async () => readResult } })
  await poll(() => coordinator.received('lease.request').length).toBe(1)
  coordinator.tell('agent.drain', 'yes' as never)
  coordinator.tell('lease.revoked', { jobIds: ['1'] } as never)
  coordinator.queue.push(leaseOf(1))
  coordinator.tell('work.available', {})
  await poll(() => ids(coordinator.completed())).toEqual([1])
  expect(agent.log.filter((line) => line.msg === 'message not understood')).toHaveLength(2)
})
