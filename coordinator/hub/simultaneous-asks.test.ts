import { expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createNoopType, enqueueNoops } from '../jobs/testing/noop-type.ts'
import { QueueActor } from '../jobs/testing/queue-actor.ts'
import { SimultaneousAsks } from './simultaneous-asks.ts'

const ROUNDS = 60
const type = createNoopType()
const types = new Map([
  ['test.noop', type],
  ['test.other', type],
])

// Two askers at once need two connections.
test.skipIf(!testEnvironment.databaseUrl)(
  'of two agents that ask at once, with one job in each of two lanes, both get one',
  async () => {
    await using fresh = await freshDatabase()
    const [one, two] = [
      await QueueActor.create(fresh.db, types, 'one'),
      await QueueActor.create(fresh.db, types, 'two'),
    ]
    const asks = new SimultaneousAsks()
    for (let round = 1; round <= ROUNDS; round += 1) {
      await enqueueNoops(fresh.db, type, 1, { firstSubjectId: round })
      await enqueueNoops(fresh.db, type, 1, { firstSubjectId: round, kind: 'test.other' })
      const taken = await Promise.all([one, two].map((agent) => asks.run(() => agent.lease(1))))
      expect(taken.map((leases) => leases.length)).toEqual([1, 1])
    }
  },
)

test('an ask that found nothing beside no other does not look again', async () => {
  const asks = new SimultaneousAsks()
  let looks = 0
  const look = async () => {
    looks += 1
    return []
  }
  expect(await asks.run(look)).toEqual([])
  expect(looks).toBe(1)
})
