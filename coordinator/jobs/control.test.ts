import { describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { openDatabase } from '../db/database.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { retryDeadJobs, retryJob } from './control.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'
import { untilBlocked } from './testing/until-blocked.ts'

const type = createNoopType()
const types = new Map([['test.noop', type]])

describe('dead jobs', () => {
  test('are tried again by their reason, the others stay', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    await enqueueNoops(fresh.db, type, 5)
    const codes = [
      'file_missing',
      'file_missing',
      'refused_by_agent',
      'program_missing',
      'file_missing',
    ] as const
    for (const [i, lease] of (await worker.lease(5)).entries()) await worker.fail(lease, codes[i]!)

    expect(await retryDeadJobs(fresh.db, { code: 'file_missing' }, null)).toBe(3)
    expect(await retryDeadJobs(fresh.db, { kind: 'another kind' }, null)).toBe(0)
    const dead = await fresh.db
      .selectFrom('job')
      .select('error_code')
      .where('state', '=', 'dead')
      .orderBy('id')
      .execute()
    expect(dead.map((job) => job.error_code)).toEqual(['refused_by_agent', 'program_missing'])
    expect(await retryDeadJobs(fresh.db, {}, null)).toBe(2)
    expect(await worker.lease(10)).toHaveLength(5)
  })

  test('are settled when a later job about the same thing succeeds', async () => {
    await using fresh = await freshDatabase()
    const worker = await QueueActor.create(fresh.db, types)
    const dead: number[] = []
    for (let round = 0; round < 2; round += 1) {
      dead.push(...(await enqueueNoops(fresh.db, type, 1)))
      const [lease] = await worker.lease(1)
      await worker.fail(lease!, 'file_missing')
    }
    const [other] = await enqueueNoops(fresh.db, type, 1, { firstSubjectId: 2 })
    await worker.fail((await worker.lease(1))[0]!, 'file_missing')
    await enqueueNoops(fresh.db, type, 1)
    await worker.complete(await worker.lease(1))

    const left = await fresh.db.selectFrom('job').select('id').where('state', '=', 'dead').execute()
    expect(left).toEqual([{ id: other }])
    const noted = await fresh.db
      .selectFrom('job_event')
      .select(['job_id'])
      .where('event', '=', 'superseded')
      .orderBy('job_id')
      .execute()
    expect(noted.map((event) => event.job_id)).toEqual(dead)
  })
})

test.skipIf(!testEnvironment.databaseUrl).each([
  [
    'one',
    (db: Parameters<typeof retryJob>[0], id: number) => retryJob(db, id, null).catch(({ code }) => code),
    'conflict',
  ],
  ['all', (db: Parameters<typeof retryJob>[0]) => retryDeadJobs(db, {}, null), 1],
])(
  'what is queued at the moment in which somebody tries %s again is not queued twice',
  async (_, retry, expected) => {
    await using fresh = await freshDatabase('server')
    const worker = await QueueActor.create(fresh.db, types)
    const [dead] = await enqueueNoops(fresh.db, type, 2)
    for (const lease of await worker.lease(2)) await worker.fail(lease, 'file_missing')
    const other = openDatabase(fresh.address)
    let answer: Promise<unknown> | undefined
    await other.transaction().execute(async (tx) => {
      await enqueueNoops(tx, type, 1)
      answer = retry(fresh.db, dead!)
      await untilBlocked(fresh.db)
    })
    expect(await answer).toBe(expected)
    await other.destroy()
  },
)
