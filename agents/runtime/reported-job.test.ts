import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import type { CoordinatorHttp } from './coordinator-http.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import { Heartbeat } from './heartbeat.ts'
import { LeaseLoop } from './lease-loop.ts'
import { runJob } from './run-job.ts'

const log = pino({ level: 'silent' })
const leaseOf = (jobId: number): Lease => ({
  jobId,
  fencingToken: 1,
  kind: 'file.ingest',
  ttlMs: 30_000,
  input: { fileId: jobId, libraryId: 1, root: '/r', path: 'a.jpg', sizeBytes: 1, mtimeUs: 1 },
})

/** The far side of the network: is slow to answer the first report, and by then knows its lease no more. */
class SlowCoordinator {
  readonly isGreeted = true
  readonly completed: number[] = []
  readonly renewed: number[][] = []
  readonly answerFirst = Promise.withResolvers<void>()

  async request(event: string, message: { jobId: number; leases: { jobId: number }[] }, signal: AbortSignal) {
    if (event === 'lease.request') return { leases: this.completed.length === 0 ? [leaseOf(1)] : [] }
    if (event === 'lease.renew') {
      this.renewed.push(message.leases.map((lease) => lease.jobId))
      return { gone: [1] }
    }
    this.completed.push(message.jobId)
    if (message.jobId !== 1) return { leases: [] }
    const aborted = new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
    await Promise.race([this.answerFirst.promise, aborted])
    return { leases: [leaseOf(2)] }
  }
}

test('the jobs that come with the answer to a report are not lost to a heartbeat in between', async () => {
  const coordinator = new SlowCoordinator()
  const socket = coordinator as unknown as CoordinatorSocket
  const loop = new LeaseLoop({
    socket,
    log,
    offers: [{ capability: 'ingest', concurrency: 1 }],
    run: (job, nextSlots) =>
      runJob(
        { socket, http: {} as CoordinatorHttp, log, handlers: { 'file.ingest': async () => ({}) as never } },
        job,
        nextSlots,
      ),
  })
  const heartbeat = new Heartbeat({ socket, log, held: loop.held, intervalMs: () => 1 })
  loop.ask()
  await expect.poll(() => coordinator.completed).toEqual([1])
  heartbeat.start()
  await expect.poll(() => coordinator.renewed.length, { timeout: 5_000 }).toBeGreaterThan(1)
  coordinator.answerFirst.resolve()

  await expect.poll(() => coordinator.completed).toEqual([1, 2])
  expect(coordinator.renewed.flat()).not.toContain(1)
  await heartbeat.stop()
  await loop.stop()
})
