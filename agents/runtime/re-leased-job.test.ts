import { setTimeout as sleep } from 'node:timers/promises'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import type { CoordinatorSocket } from './coordinator-socket.ts'
import type { HeldJob } from './held-job.ts'
import { LeaseLoop } from './lease-loop.ts'

const lease = (fencingToken: number): Lease => ({
  jobId: 7,
  fencingToken,
  kind: 'file.ingest',
  ttlMs: 30_000,
  input: {},
})

test('a job that comes back while its lost run still ends is held until the new run is done', async () => {
  const answers = [[lease(1)], [lease(2)]]
  // The far side of the network: hands out the same job again after its lease ran out.
  const socket = {
    isGreeted: true,
    request: async () => ({ leases: answers.shift() ?? [] }),
  } as unknown as CoordinatorSocket
  const running: { job: HeldJob; end: () => void }[] = []
  const loop = new LeaseLoop({
    socket,
    log: pino({ level: 'silent' }),
    offers: [{ capability: 'ingest', concurrency: 2 }],
    run: (job) => new Promise((resolve) => running.push({ job, end: () => resolve([]) })),
  })

  loop.ask()
  await expect.poll(() => running.length).toBe(1)
  loop.ask()
  await expect.poll(() => running.length).toBe(2)
  expect(running[0]!.job.signal.aborted).toBe(true)

  running[0]!.end()
  await sleep(50)
  expect(loop.heldRefs()).toEqual([{ jobId: 7, fencingToken: 2 }])

  running[1]!.end()
  await expect.poll(() => loop.heldRefs()).toEqual([])
  await loop.stop()
})
