import { expect, test } from 'vitest'
import type { LogLine } from '../../protocol/leases.ts'
import { poll } from './testing/poll.ts'
import { readResult, runAgent, testKind, untilAborted } from './testing/test-agent.ts'
import { leaseOf, TestCoordinator } from './testing/test-coordinator.ts'

const texts = (lines: LogLine[] | undefined) => lines?.map(({ seq, level, message }) => [seq, level, message])

test('what a handler says travels with renewals and with the report, each line once', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  const goOn = Promise.withResolvers<void>()
  await using agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { log }) => {
        log.debug('not for the owner')
        log.info({ files: 2 }, 'reading')
        await goOn.promise
        log.warn('almost done')
        return readResult
      },
    },
  })
  const renewed = () => coordinator.received('lease.renew').flatMap(({ leases }) => leases[0]?.log ?? [])
  await poll(() => texts(renewed())).toEqual([[0, 'info', 'reading { files: 2 }']])
  const before = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(before + 1)
  goOn.resolve()
  await poll(() => texts(coordinator.completed()[0]?.log)).toEqual([[1, 'warn', 'almost done']])
  expect(renewed()).toHaveLength(1)
  const written = agent.log.filter(({ jobId }) => jobId === 1).map(({ msg }) => msg)
  expect(written).toEqual(['not for the owner', 'reading', 'almost done'])
})

test('a failure brings what was said before, and an unexpected one its stack', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { log }) => {
        log.info('here it comes')
        throw new TypeError('something broke')
      },
    },
  })
  await poll(() => coordinator.received('job.fail').length).toBe(1)
  const { log } = coordinator.received('job.fail')[0]!
  expect(log).toMatchObject([
    { seq: 0, message: 'here it comes' },
    { seq: 1, level: 'error' },
  ])
  expect(log?.[1]?.message).toMatch(
    /^job failed unexpectedly\nTypeError: something broke\n {4}at .*job-reports\.test/,
  )
})

test('lines whose renewal was lost come again under the same numbers', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  let isCut = false
  coordinator.script['lease.renew'] = ({ leases }) => {
    if (isCut || !leases[0]?.log) return { gone: [] }
    isCut = true
    coordinator.cut()
    return undefined
  }
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { log, signal }) => {
        log.info('only once')
        return untilAborted(signal)
      },
    },
    finishLimitMs: 1,
  })
  const sent = () => coordinator.received('lease.renew').flatMap(({ leases }) => leases[0]?.log ?? [])
  await poll(() => texts(sent())).toEqual([
    [0, 'info', 'only once'],
    [0, 'info', 'only once'],
  ])
})

test('progress is shown at once and then once a second, and goes with the renewals', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1))
  const goOn = Promise.withResolvers<void>()
  await using _agent = runAgent(coordinator, {
    handlers: {
      'file.ingest': async (_input, { reportProgress, signal }) => {
        for (let done = 1; done <= 1_000; done += 1) reportProgress(done, 1_000)
        await goOn.promise
        reportProgress(1_000, 1_000)
        return untilAborted(signal)
      },
    },
    finishLimitMs: 1,
  })
  const shown = () => coordinator.received('job.progress').flatMap(({ jobs }) => jobs)
  const ref = { jobId: 1, fencingToken: 1 }
  const last = { ...ref, progress: { done: 1_000, total: 1_000 } }
  await poll(shown).toEqual([{ ...ref, progress: { done: 1, total: 1_000 } }, last])
  const [first, second] = coordinator.got.filter(({ event }) => event === 'job.progress')
  expect(second!.atMs - first!.atMs).toBeGreaterThan(800)
  await poll(() => coordinator.received('lease.renew').at(-1)?.leases).toEqual([last])
  // The same again is no news.
  goOn.resolve()
  const renewals = coordinator.received('lease.renew').length
  await poll(() => coordinator.received('lease.renew').length).toBeGreaterThan(renewals + 15)
  expect(shown()).toHaveLength(2)
})

test('a job that gives no sign of life is ended and reported, one that does is not', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.queue.push(leaseOf(1, { kind: 'test.kind', input: 'silent' }))
  coordinator.queue.push(leaseOf(2, { kind: 'test.kind', input: 'moving' }))
  coordinator.queue.push(leaseOf(3, { kind: 'test.kind', input: 'sending' }))
  const silenceLimitMs = 1_500
  const end = Promise.withResolvers<void>()
  let reason: unknown
  const handler = testKind(
    async (input, { signal, reportProgress, sendChunk }) => {
      if (input === 'silent') {
        signal.addEventListener('abort', () => {
          reason = signal.reason
        })
        // Takes no notice.
        await end.promise
        return 'too late'
      }
      for (let i = 0; i < 16; i += 1) {
        await new Promise((resolve) => setTimeout(resolve, silenceLimitMs / 8))
        if (input === 'moving') reportProgress(i, null)
        else await sendChunk(i)
      }
      return 'done'
    },
    { silenceLimitMs },
  )
  await using _agent = runAgent(coordinator, {
    capabilities: [{ capability: 'ingest', concurrency: 3 }],
    handlers: new Map([handler]),
    abortGraceMs: 10,
  })
  await poll(() => coordinator.received('job.fail')).toMatchObject([
    { jobId: 1, error: { code: 'timed_out', message: expect.stringContaining('1.5 seconds') } },
  ])
  expect(reason).toMatchObject({ code: 'timed_out' })
  await poll(() => coordinator.completed().map(({ result }) => result)).toEqual(['done', 'done'])
  end.resolve()
})

test('a kind or a capability that this agent does not have is refused', async () => {
  await using coordinator = await TestCoordinator.start()
  coordinator.script['lease.request'] = ({ slots }) => ({
    leases: slots.length > 0 ? [leaseOf(1, { kind: 'other.kind' }), leaseOf(2, { capability: 'faces' })] : [],
  })
  await using _agent = runAgent(coordinator, { handlers: { 'file.ingest': async () => readResult } })
  const refusal = { error: { code: 'refused_by_agent' } }
  await poll(() =>
    coordinator
      .received('job.fail')
      .slice(0, 2)
      .toSorted((a, b) => a.jobId - b.jobId),
  ).toMatchObject([
    { jobId: 1, ...refusal },
    { jobId: 2, ...refusal },
  ])
})
