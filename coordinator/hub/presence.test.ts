import { pino } from 'pino'
import { expect, test } from 'vitest'
import { createToken, tokenHash } from '../accounts/token-hash.ts'
import { freshDatabase } from '../db/testing/fresh-database.ts'
import { isAgentConnected } from '../fleet/agent-views.ts'
import { Presence } from './presence.ts'

async function startPresence() {
  const fresh = await freshDatabase()
  const { db } = fresh
  const presence = new Presence({ db, log: pino({ level: 'silent' }), version: 'test', isAlone: false })
  await presence.start('http://127.0.0.1')
  const [earlier, present] = [tokenHash(createToken()), tokenHash(createToken())]
  const { id } = await db
    .insertInto('agent')
    .values({
      name: 'vault',
      public_key: Buffer.from(createToken()),
      session_hash: present,
      coordinator_id: presence.id,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return {
    presence,
    agentId: id,
    earlier,
    present,
    isOnline: () => isAgentConnected(db, id),
    [Symbol.asyncDispose]: async () => {
      await presence.stop()
      await fresh[Symbol.asyncDispose]()
    },
  }
}

test('the end of an earlier connection that is noted late leaves the agent online', async () => {
  await using t = await startPresence()
  await t.presence.left(t.agentId, t.earlier)
  expect(await t.isOnline()).toBe(true)
  await t.presence.left(t.agentId, t.present)
  expect(await t.isOnline()).toBe(false)
})

test('the agents of a coordinator that stops are offline', async () => {
  await using t = await startPresence()
  await t.presence.stop()
  expect(await t.isOnline()).toBe(false)
})
