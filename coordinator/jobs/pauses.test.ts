import { describe, expect, test } from 'vitest'
import { type Database, openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { setKind } from './set-kind.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const type = createNoopType()
const types = new Map([
  ['test.noop', type],
  ['test.other', type],
])

type Pause = (db: Database, libraryId: number, agentId: number, paused: boolean) => Promise<unknown>

const pauseKind: Pause = (db, _libraryId, _agentId, paused) => setKind(db, 'test.noop', { paused })
const pauseLibrary: Pause = (db, libraryId, _agentId, paused) =>
  db.updateTable('library').set({ paused }).where('id', '=', libraryId).execute()
const pauseAgent: Pause = (db, _libraryId, agentId, draining) =>
  db.updateTable('agent').set({ draining }).where('id', '=', agentId).execute()

describe('what is paused', () => {
  test.each([
    ['a kind', pauseKind, { 'test.noop in one': 0, 'test.noop in two': 0, 'test.other in one': 2 }, 2],
    ['a library', pauseLibrary, { 'test.noop in one': 0, 'test.noop in two': 2, 'test.other in one': 0 }, 2],
    ['an agent', pauseAgent, { 'test.noop in one': 0, 'test.noop in two': 0, 'test.other in one': 0 }, 6],
  ])(
    '%s: rests until it is resumed, also for a coordinator that starts later; the rest goes on',
    async (_, pause, expected, others) => {
      await using fresh = await freshDatabase()
      const worker = await QueueActor.create(fresh.db, types, 'worker')
      const other = await QueueActor.create(fresh.db, types, 'other')
      const [one, two] = [await worker.addLibrary('one'), await worker.addLibrary('two')]
      const queued = {
        'test.noop in one': await enqueueNoops(fresh.db, type, 2, { libraryId: one }),
        'test.noop in two': await enqueueNoops(fresh.db, type, 2, { libraryId: two, firstSubjectId: 3 }),
        'test.other in one': await enqueueNoops(fresh.db, type, 2, { libraryId: one, kind: 'test.other' }),
      }
      await pause(fresh.db, one, worker.agentId, true)

      const later = openDatabase(fresh.address)
      try {
        const leases = await worker.over(later).lease(10)
        const ids = new Set(leases.map((lease) => lease.jobId))
        const leased = Object.entries(queued).map(([name, jobs]) => [
          name,
          jobs.filter((id) => ids.has(id)).length,
        ])
        expect(Object.fromEntries(leased)).toEqual(expected)
        expect(leases.length + (await other.lease(10)).length).toBe(others)

        await pause(fresh.db, one, worker.agentId, false)
        expect(await worker.over(later).lease(10)).toHaveLength(6 - others)
      } finally {
        await later.destroy()
      }
    },
  )
})
