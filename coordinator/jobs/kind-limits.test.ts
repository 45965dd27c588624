import { expect, test } from 'vitest'
import { openDatabase } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { setKind } from './set-kind.ts'
import { createNoopType, enqueueNoops } from './testing/noop-type.ts'
import { QueueActor } from './testing/queue-actor.ts'

const type = createNoopType()
const types = new Map([
  ['test.noop', type],
  ['test.other', type],
])

eachEngine('a kind with a limit', (engine) => {
  test('never runs more at once, whoever asks at the same time', async () => {
    await using fresh = await freshDatabase(engine)
    const other = openDatabase(fresh.address)
    try {
      const one = await QueueActor.create(fresh.db, types, 'one')
      const two = (await QueueActor.create(fresh.db, types, 'two')).over(other)
      await setKind(fresh.db, 'test.noop', { maxRunning: 3 })
      // In several lanes: the limit is the kind's.
      const libraryId = await one.addLibrary('one')
      await enqueueNoops(fresh.db, type, 20)
      await enqueueNoops(fresh.db, type, 20, { libraryId, firstSubjectId: 100 })
      const askTogether = async () =>
        (await Promise.all([one, two, one, two, one, two].map((agent) => agent.lease(2)))).flat()

      const leases = await askTogether()
      expect(leases).toHaveLength(3)
      const ended = leases.slice(0, 2)
      await one.complete(ended)
      await two.complete(ended)
      expect(await askTogether()).toHaveLength(2)
    } finally {
      await other.destroy()
    }
  })

  test('leaves room for others, and another limit counts at once', async () => {
    await using fresh = await freshDatabase(engine)
    const worker = await QueueActor.create(fresh.db, types)
    await setKind(fresh.db, 'test.noop', { maxRunning: 1 })
    await enqueueNoops(fresh.db, type, 5, { priority: 50 })
    await enqueueNoops(fresh.db, type, 5, { kind: 'test.other' })
    const kinds = (await worker.lease(4)).map((lease) => lease.kind)
    expect(kinds.filter((kind) => kind === 'test.noop')).toHaveLength(1)
    expect(kinds.filter((kind) => kind === 'test.other')).toHaveLength(3)

    await setKind(fresh.db, 'test.noop', { maxRunning: 3 })
    worker.limits.forget()
    expect((await worker.lease(10)).filter((lease) => lease.kind === 'test.noop')).toHaveLength(2)
    await setKind(fresh.db, 'test.noop', { maxRunning: null })
    worker.limits.forget()
    expect(await worker.lease(10)).toHaveLength(2)
  })
})
