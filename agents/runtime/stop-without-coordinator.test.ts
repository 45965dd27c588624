import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import { LeaseLoop } from './lease-loop.ts'

const lease = (jobId: number): Lease => ({
  jobId,
  fencingToken: 1,
  kind: 'file.ingest',
  ttlMs: 30_000,
  input: {},
})

test('an agent whose coordinator has gone before it does not wait for it when it stops', async () => {
  // The far side of the network: gives two jobs, then is gone and answers nothing more.
  const coordinator = { isGreeted: true, jobs: [lease(1), lease(2)] }
  const socket = {
    get isGreeted() {
      return coordinator.isGreeted
    },
    request: (_event: string, _message: unknown, signal: AbortSignal) =>
      coordinator.isGreeted
        ? Promise.resolve({ leases: coordinator.jobs.splice(0) })
        : new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  } as unknown as CoordinatorSocket
  let running = 0
  const loop = new LeaseLoop({
    socket,
    log: pino({ level: 'silent' }),
    offers: [{ capability: 'ingest', concurrency: 1 }],
    run: (job) =>
      new Promise((resolve) => {
        running += 1
        job.signal.addEventListener('abort', () => resolve([]))
      }),
  })
  loop.start()
  await expect.poll(() => running).toBe(1)

  coordinator.isGreeted = false
  const startedAt = performance.now()
  await loop.stop()

  expect(performance.now() - startedAt).toBeLessThan(1_500)
})
