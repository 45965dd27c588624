import { describe, expect, test } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const MANY = 10_000
const FEW = 10

const type = createNoopType({ priority: 10 })
const types = new Map([
  ['test.noop', type],
  ['test.other', type],
])

/** Leases until the few are all leased; how many jobs that took. */
async function leasesUntil(worker: QueueActor, few: readonly number[], batch: number): Promise<number> {
  const left = new Set(few)
  let leased = 0
  while (left.size > 0) {
    const leases = await worker.lease(batch)
    for (const { jobId } of leases) left.delete(jobId)
    leased += leases.length
  }
  return leased
}

describe('the queue', () => {
  // One in two on average when asked for one at a time: chance decides, and 20 in a row against it are one in a million.
  test.each([
    [1, 150],
    [20, 40],
  ])('lets %i at a time of a small library pass a large one', async (batch, most) => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const [large, small] = [await worker.addLibrary('large'), await worker.addLibrary('small')]
    await enqueueNoops(fresh.db, type, MANY, { libraryId: large })
    const few = await enqueueNoops(fresh.db, type, FEW, { libraryId: small, firstSubjectId: MANY + 1 })
    expect(await leasesUntil(worker, few, batch)).toBeLessThan(most)
  })

  test.each([
    [1, 150],
    [20, 40],
  ])('lets %i at a time of a rare kind pass a common one', async (batch, most) => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await enqueueNoops(fresh.db, type, MANY)
    const few = await enqueueNoops(fresh.db, type, FEW, { kind: 'test.other' })
    expect(await leasesUntil(worker, few, batch)).toBeLessThan(most)
  })

  test('gives the newest of a lane first', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const ids: number[] = []
    for (const orderKey of [30, 10, 20]) {
      ids.push(...(await enqueueNoops(fresh.db, type, 1, { orderKey, firstSubjectId: orderKey })))
    }
    const order = (await worker.lease(3)).map((lease) => lease.jobId)
    expect(order).toEqual([ids[0], ids[2], ids[1]])
  })

  test('gives what somebody waits for before everything else, in whatever lane', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const libraryId = await worker.addLibrary('one')
    await enqueueNoops(fresh.db, type, 500, { orderKey: 99 })
    await enqueueNoops(fresh.db, type, 500, { orderKey: 99, kind: 'test.other' })
    const urgent = await enqueueNoops(fresh.db, type, 2, { priority: 50, libraryId, firstSubjectId: 1_001 })
    const leases = await worker.lease(5)
    expect(leases.slice(0, 2).map((lease) => lease.jobId)).toEqual(urgent)
    expect(await worker.lease(1, { minPriority: 50 })).toEqual([])
  })

  test('is shared by two agents as fast as each of them is, and gives to each while there is work', async () => {
    await using fresh = await freshDatabase()
    const other = openDatabase(fresh.address)
    try {
      const fast = await QueueActor.create(fresh.db, types, 'fast')
      const slow = (await QueueActor.create(fresh.db, types, 'slow')).over(other)
      await enqueueNoops(fresh.db, type, 100)
      const done = { fast: 0, slow: 0 }
      // A tick is as long as the fast one takes for a job; the slow one takes four.
      for (let tick = 0; done.fast + done.slow < 100; tick += 1) {
        const working = [
          { name: 'fast', agent: fast } as const,
          ...(tick % 4 === 0 ? [{ name: 'slow', agent: slow } as const] : []),
        ]
        await Promise.all(
          working.map(async ({ name, agent }) => {
            const leases = await agent.lease(1)
            expect(leases).toHaveLength(1)
            await agent.complete(leases)
            done[name] += 1
          }),
        )
      }
      expect(done).toEqual({ fast: 80, slow: 20 })
    } finally {
      await other.destroy()
    }
  })
})
