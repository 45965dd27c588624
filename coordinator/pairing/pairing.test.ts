import { createHmac } from 'node:crypto'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { agentStatement } from '../../protocol/introduction.ts'
import { pairingTranscript } from '../../protocol/pairing-code.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { createKey, type TestAgent } from '../hub/testing/test-agent.ts'
import { startHub, type TestHub } from '../hub/testing/test-hub.ts'
import { derivePairingKey } from './derive-pairing-key.ts'
import { loadHouse } from './house.ts'
import { createPairingCode, listPairingCodes, type MadeCode, tryPairingCode } from './pairing-codes.ts'
import { presentCode } from './testing/present-code.ts'

let fresh: FreshDatabase
let accountId: number
beforeAll(async () => {
  fresh = await freshDatabase()
  const account = { name: 'anna', password_hash: 'x', role: 'admin' as const }
  accountId = (await fresh.db.insertInto('account').values(account).returning('id').executeTakeFirstOrThrow())
    .id
})
afterAll(() => fresh[Symbol.asyncDispose]())

async function makeCode(t: TestHub, agentId: number | null = null): Promise<MadeCode> {
  const { publicKey } = await loadHouse(t.db)
  return createPairingCode(t.db, publicKey, { agentId, accountId })
}
const codeRow = async (t: TestHub, { id }: MadeCode) =>
  (await listPairingCodes(t.db)).find((code) => code.id === id)

/** Another secret for the same code: what somebody says who guesses. */
const guess = (code: MadeCode, at = 0) => ({ ...code, secret: String(at).padStart(12, '0') })

async function agentRow(t: TestHub, agent: TestAgent) {
  return await t.db
    .selectFrom('agent')
    .select(['id', 'name', 'revoked_at'])
    .where('public_key', '=', Buffer.from(agent.key.publicKey, 'base64url'))
    .executeTakeFirst()
}

test('a code lets one agent in, which both sides prove to each other', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  expect(await codeRow(t, code)).toMatchObject({ state: 'waiting', triesLeft: 5, agent: null })

  const agent = await t.dial(createKey())
  expect((await agent.refusal('hello', agent.hello())).message).toMatch(/pair it/)
  const answer = await agent.askAtTheDoor('pair', await presentCode(agent, code, 'Zoey’s laptop'))
  const { house = '', nonce } = agent.challenge
  const { publicKey } = agent.key
  const statement = agentStatement({ purpose: 'pair', house, channel: '', nonce, publicKey })
  const key = await derivePairingKey(house, code.selector, code.secret)
  const expected = createHmac('sha256', key).update(
    pairingTranscript('coordinator', statement, 'Zoey’s laptop'),
  )
  expect(answer.codeProof).toBe(expected.digest('base64url'))

  const row = await agentRow(t, agent)
  expect(row).toMatchObject({ id: answer.agentId, name: 'Zoey’s laptop' })
  expect(await codeRow(t, code)).toMatchObject({
    state: 'used',
    agent: { id: answer.agentId, name: 'Zoey’s laptop' },
  })
  expect(t.changes).toEqual(expect.arrayContaining(['joining', 'agents']))
  const again = await t.dial(agent.key)
  expect((await again.ask('hello', again.hello())).agentId).toBe(answer.agentId)
})

test('a used code is worth nothing to another, and lets its own agent in again when the answer was lost', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  const agent = await t.dial(createKey())
  const { agentId } = await agent.askAtTheDoor('pair', await presentCode(agent, code))
  const thief = await t.dial(createKey())
  expect((await thief.refusal('pair', await presentCode(thief, code))).code).toBe('forbidden')
  expect(await agentRow(t, thief)).toBeUndefined()
  const again = await t.dial(agent.key)
  expect((await again.askAtTheDoor('pair', await presentCode(again, code))).agentId).toBe(agentId)
})

test('what one has heard of a pairing pairs nobody else', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  const agent = await t.dial(createKey())
  const heard = await presentCode(agent, code)
  const thief = await t.dial(createKey())
  // As it was said; with the thief's key; with its name changed.
  expect((await thief.refusal('pair', heard)).code).toBe('unauthenticated')
  const own = await presentCode(thief, code)
  expect((await thief.refusal('pair', { ...own, codeProof: heard.codeProof })).code).toBe('forbidden')
  expect((await agent.refusal('pair', { ...heard, name: 'other' })).code).toBe('forbidden')
  expect(await agentRow(t, thief)).toBeUndefined()
  await agent.askAtTheDoor('pair', heard)
})

test('a code that has run out is refused', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  await sql`update pairing_code set expires_at = now() - interval '1 second' where id = ${code.id}`.execute(
    t.db,
  )
  const agent = await t.dial(createKey())
  expect((await agent.refusal('pair', await presentCode(agent, code))).code).toBe('forbidden')
  expect(await codeRow(t, code)).toMatchObject({ state: 'expired' })
})

test('fifty wrong tries at once are five, and the code is dead for whoever knows it', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  const agent = await t.dial(createKey())
  const wrong = await presentCode(agent, guess(code))
  const present = (codeProof: string) =>
    tryPairingCode(t.db, {
      selector: code.selector,
      codeProof,
      statement: 'x',
      name: 'x',
      publicKey: Buffer.from(agent.key.publicKey, 'base64url'),
    })
  await Promise.allSettled(Array.from({ length: 4 }, () => present(wrong.codeProof)))
  expect(await codeRow(t, code)).toMatchObject({ state: 'waiting', triesLeft: 1 })
  const ends = await Promise.allSettled(Array.from({ length: 50 }, () => present(wrong.codeProof)))
  expect(ends.every(({ status }) => status === 'rejected')).toBe(true)
  expect(await codeRow(t, code)).toMatchObject({ state: 'dead', triesLeft: 0 })
  expect((await agent.refusal('pair', await presentCode(agent, code))).code).toBe('forbidden')
})

test('of two who present the right code at once, one gets in', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  const agents = await Promise.all([t.dial(createKey()), t.dial(createKey()), t.dial(createKey())])
  const messages = await Promise.all(agents.map((agent) => presentCode(agent, code)))
  const replies = await Promise.all(agents.map((agent, at) => agent.send('pair', messages[at])))
  expect(replies.filter(({ ok }) => ok)).toHaveLength(1)
  const rows = await Promise.all(agents.map((agent) => agentRow(t, agent)))
  expect(rows.filter(Boolean)).toHaveLength(1)
})

test('ten thousand forged codes are slowed down before they cost anything', async () => {
  await using t = await startHub(fresh.db)
  const code = await makeCode(t)
  const codes: Record<string, number> = {}
  const TRIES = 10_000
  const ONE_CONNECTION = 500
  for (let sent = 0; sent < TRIES; sent += ONE_CONNECTION) {
    const agent = await t.dial(createKey())
    const forged = await presentCode(agent, { selector: 'ZZZZ', secret: '0'.repeat(12) })
    const tries = Array.from({ length: ONE_CONNECTION }, (_, at) =>
      agent.send('pair', { ...forged, codeProof: Buffer.alloc(32, at).toString('base64url') }),
    )
    for (const reply of await Promise.all(tries)) {
      const answer = reply.ok ? 'let in' : reply.error.code
      codes[answer] = (codes[answer] ?? 0) + 1
    }
    agent.socket.disconnect()
  }
  expect(codes).toEqual({ forbidden: 10, too_many_requests: TRIES - 10 })
  expect(await codeRow(t, code)).toMatchObject({ triesLeft: 5 })
  expect(t.errors).toEqual([])
})

test('only so many codes are good at once', async () => {
  await using t = await startHub(fresh.db)
  await t.db.deleteFrom('pairing_code').execute()
  await sql`insert into pairing_code (selector, key, expires_at, tries_left)
    select 'T' || n, '', now() + interval '1 minute', 5 from generate_series(1, 20) n`.execute(t.db)
  await expect(makeCode(t)).rejects.toMatchObject({ code: 'conflict' })
  await t.db.deleteFrom('pairing_code').execute()
})

test('a revoked agent is refused at every door, and its place can be given to a new key', async () => {
  await using t = await startHub(fresh.db)
  const old = await t.greet()
  await t.hub.words.revoke(t.vault.agentId)
  await old.untilGone()
  const back = await t.dial()
  expect((await back.refusal('hello', back.hello())).code).toBe('unauthenticated')
  expect((await back.askAtTheDoor('join', { ...back.hello(), ...back.introduction('join') })).state).toBe(
    'refused',
  )
  expect(await back.askAtTheDoor('identify', back.introduction('identify'))).toMatchObject({
    state: 'revoked',
  })
  const code = await makeCode(t, t.vault.agentId)
  expect(await back.refusal('pair', await presentCode(back, code))).toMatchObject({
    code: 'forbidden',
    message: expect.stringContaining('--new-key'),
  })
  const fresher = await makeCode(t, t.vault.agentId)
  const renewed = await t.dial(createKey())
  const { agentId } = await renewed.askAtTheDoor('pair', await presentCode(renewed, fresher))
  expect(agentId).toBe(t.vault.agentId)
  const working = await t.dial(renewed.key)
  await working.ask('hello', working.hello())
  expect(await t.isOnline()).toBe(true)
})

test('an introduction is good for one purpose, one house and one certificate', async () => {
  await using t = await startHub(fresh.db, { channels: () => ['C'.repeat(43)] })
  const agent = await t.dial()
  const meant = agent.introduction('hello', 'C'.repeat(43))
  const wrong = [
    agent.introduction('identify', 'C'.repeat(43)),
    agent.introduction('hello', ''),
    agent.introduction('hello', 'D'.repeat(43)),
  ]
  for (const each of wrong) {
    const refusal = await agent.refusal('hello', { ...agent.hello(), ...each })
    expect(refusal.code).toBe('unauthenticated')
  }
  // Relayed: signed for another Hearth, which passes our nonce on as its own.
  const { house } = agent.challenge
  agent.challenge.house = createKey().publicKey
  const relayed = agent.introduction('hello', 'C'.repeat(43))
  agent.challenge.house = house!
  expect((await agent.refusal('hello', { ...agent.hello(), ...relayed })).code).toBe('unauthenticated')
  await agent.ask('hello', { ...agent.hello(), ...meant })
})
