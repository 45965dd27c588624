import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { createKey, testFacts } from '../hub/testing/test-agent.ts'
import { startHub } from '../hub/testing/test-hub.ts'
import { loadHouse } from './house.ts'
import {
  approveJoinRequest,
  askToJoin,
  countJoinRequests,
  listJoinRequests,
  refuseJoinRequest,
} from './join-requests.ts'

const request = (changes: Partial<Parameters<typeof askToJoin>[1]> = {}) => ({
  name: 'laptop',
  facts: testFacts,
  publicKey: randomBytes(32),
  address: '192.0.2.7',
  ...changes,
})

test('only so many machines wait at once, and those that wait already may ask again', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const waiting = Array.from({ length: 20 }, () => request())
  for (const each of waiting) expect(await askToJoin(db, each)).toEqual({ state: 'waiting', isNew: true })
  await expect(askToJoin(db, request())).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await askToJoin(db, waiting[3]!)).toEqual({ state: 'waiting', isNew: false })
  await sql`update join_request set seen_at = now() - interval '2 minutes'`.execute(db)
  expect(await countJoinRequests(db)).toBe(0)
  expect(await askToJoin(db, request())).toEqual({ state: 'waiting', isNew: true })
  // Those that do not ask any more leave no row.
  expect(await db.selectFrom('join_request').select('id').execute()).toHaveLength(1)
})

test('nobody is approved under one name and let in under another', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { publicKey: house } = await loadHouse(db)
  const first = request({ name: 'Zoey\u202e\0 laptop\ud800' })
  await askToJoin(db, first)
  await askToJoin(db, { ...first, name: 'printer' })
  const [shown] = await listJoinRequests(db, house)
  expect(shown).toMatchObject({ name: 'Zoey\ufffd laptop\ufffd', address: '192.0.2.7' })
  const id = await approveJoinRequest(db, shown!.id)
  const agent = await db.selectFrom('agent').select('name').where('id', '=', id).executeTakeFirstOrThrow()
  expect(agent.name).not.toBe('printer')
  expect(await askToJoin(db, first)).toEqual({ state: 'approved', isNew: false })
  await expect(approveJoinRequest(db, shown!.id)).rejects.toMatchObject({ code: 'not_found' })
})

test('one that was refused stays refused for a day, whatever name it takes', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const { publicKey: house } = await loadHouse(db)
  const asking = request()
  await askToJoin(db, asking)
  const [shown] = await listJoinRequests(db, house)
  await refuseJoinRequest(db, shown!.id)
  expect(await askToJoin(db, { ...asking, name: 'other' })).toEqual({ state: 'refused', isNew: false })
  await expect(approveJoinRequest(db, shown!.id)).rejects.toMatchObject({ code: 'not_found' })
  await sql`update join_request set refused_at = now() - interval '25 hours'`.execute(db)
  expect(await askToJoin(db, asking)).toEqual({ state: 'waiting', isNew: true })
})

test('an agent that waits gets nothing, and a house that takes no requests says how to get in', async () => {
  await using fresh = await freshDatabase()
  await using t = await startHub(fresh.db)
  const agent = await t.dial(createKey())
  const join = { ...agent.introduction('join'), facts: testFacts }
  expect((await agent.askAtTheDoor('join', join)).state).toBe('waiting')
  expect((await agent.refusal('hello', agent.hello())).code).toBe('unauthenticated')
  expect((await agent.refusal('lease.request', { slots: [] })).code).toBe('unauthenticated')
  expect(await agent.askAtTheDoor('identify', agent.introduction('identify'))).toMatchObject({
    state: 'waiting',
  })

  await using closed = await startHub(fresh.db, { takesJoinRequests: false })
  const other = await closed.dial(createKey())
  const refusal = await other.refusal('join', { ...other.introduction('join'), facts: testFacts })
  expect(refusal).toMatchObject({ code: 'forbidden', message: expect.stringContaining('code') })
})
