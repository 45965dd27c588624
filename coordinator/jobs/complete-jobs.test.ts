import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { AppError } from '../../protocol/errors.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createNoopType, enqueueNoops, noopResult } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

/** Results of this kind note the transaction in which they were stored, and one subject's cannot be. */
function notingType(brokenSubjectId: number) {
  const transactions = new Map<number, string>()
  const type = createNoopType({
    apply: async (tx, job) => {
      if (job.subjectId === brokenSubjectId) throw new AppError('bad_request', 'No such thing')
      const { rows } = await sql<{ id: string }>`select pg_current_xact_id()::text as id`.execute(tx)
      transactions.set(job.subjectId, rows[0]!.id)
    },
  })
  return { type, transactions }
}

test.each([
  [undefined, [5]],
  [2, [2, 2, 1]],
  [8, [5]],
])('of five results %s share a transaction at most', async (atOnce, sizes) => {
  await using fresh = await freshDatabase()
  const { type, transactions } = notingType(0)
  const worker = await QueueActor.create(fresh.db, new Map([['test.noop', type]]))
  await enqueueNoops(fresh.db, type, 5)
  const { refused } = await worker.complete(await worker.lease(5), noopResult, atOnce)
  expect(refused).toEqual([])
  const shared = Map.groupBy(transactions.values(), (id) => id)
  expect([...shared.values()].map(({ length }) => length).sort()).toEqual([...sizes].sort())
})

test('a result that cannot be stored is refused alone, those after it are stored', async () => {
  await using fresh = await freshDatabase()
  const { type, transactions } = notingType(2)
  const worker = await QueueActor.create(fresh.db, new Map([['test.noop', type]]))
  const ids = await enqueueNoops(fresh.db, type, 5)
  const { refused } = await worker.complete(await worker.lease(5), noopResult, 2)
  expect(refused.map(({ jobId }) => jobId)).toEqual([ids[1]])
  expect([...transactions.keys()].sort()).toEqual([1, 3, 4, 5])
  const done = await fresh.db.selectFrom('job').select('id').where('state', '=', 'done').execute()
  expect(done).toHaveLength(4)
})
