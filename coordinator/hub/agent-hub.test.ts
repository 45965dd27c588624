import { once } from 'node:events'
import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import type { AgentEvent } from '../../protocol/agents.ts'
import type { IngestInput } from '../../protocol/ingest.ts'
import { findAgentByToken } from '../accounts/find-agent.ts'
import { type FreshDatabase, freshDatabase } from '../db/testing/fresh-database.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'
import { ingestResult } from '../testing/vault-actor.ts'
import { createKey, signature, type TestAgent } from './testing/test-agent.ts'
import { LEASE_TTL_MS, startHub, type TestHub } from './testing/test-hub.ts'

/** The machine may be busy; a poll that succeeds does not wait. */
const PATIENTLY = { timeout: 20_000 }

let fresh: FreshDatabase
beforeAll(async () => {
  fresh = await freshDatabase()
})
afterAll(() => fresh[Symbol.asyncDispose]())

/** Files that wait to be read. */
async function queueFiles(t: TestHub, count: number): Promise<void> {
  const files = Array.from({ length: count }, (_, i) => [`${i}.jpg`, { content: `file ${i}` }] as const)
  t.vault.tree = { '': Object.fromEntries(files) }
  await t.vault.scan()
}

const readResult = (t: TestHub, input: unknown) => t.vault.readFile(input as IngestInput)

/** Acknowledged after everything that was sent to this agent before. */
const settle = (agent: TestAgent) => agent.ask('lease.renew', { leases: [] })

test('a known key gets a session, and the token of the session before is no longer good', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.dial()
  const first = await agent.ask('hello', agent.hello())
  expect(first).toMatchObject({ agentId: t.vault.agentId, heartbeatMs: LEASE_TTL_MS / 3, gone: [] })
  expect(await t.isOnline()).toBe(true)
  expect(await findAgentByToken(t.db, first.sessionToken)).toBe(t.vault.agentId)

  const again = await t.dial()
  const second = await again.ask('hello', again.hello())
  expect(await findAgentByToken(t.db, first.sessionToken)).toBeUndefined()
  expect(await findAgentByToken(t.db, second.sessionToken)).toBe(t.vault.agentId)
})

test('an unknown key and a revoked agent are refused and may do nothing', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 1)
  const stranger = await t.dial(createKey())
  expect(await stranger.refusal('hello', stranger.hello())).toMatchObject({
    code: 'unauthenticated',
    message: expect.stringContaining('pair it again'),
  })
  await t.db.updateTable('agent').set({ revoked_at: new Date() }).where('id', '=', t.vault.agentId).execute()
  const revoked = await t.dial()
  expect((await revoked.refusal('hello', revoked.hello())).code).toBe('unauthenticated')
  for (const agent of [stranger, revoked]) {
    const request = { slots: [{ capability: 'ingest', count: 1 }] }
    expect((await agent.refusal('lease.request', request)).code).toBe('unauthenticated')
  }
  expect(await t.isOnline()).toBe(false)
})

test('a signature must be of this key over this connection’s nonce', async () => {
  await using t = await startHub(fresh.db)
  const [agent, other] = [await t.dial(), await t.dial()]
  expect(agent.nonce).not.toBe(other.nonce)
  const wrong = [
    signature(createKey(), agent.challenge),
    signature(t.key, other.challenge),
    signature(t.key, { ...agent.challenge, nonce: '' }),
    'A'.repeat(86),
  ]
  for (const signature of wrong) {
    const refusal = await agent.refusal('hello', agent.hello({ signature }))
    expect(refusal).toMatchObject({ code: 'unauthenticated', message: expect.stringMatching(/prove/) })
  }
  // Heard on the wire and said again elsewhere.
  await agent.ask('hello', agent.hello())
  expect((await other.refusal('hello', agent.hello())).code).toBe('unauthenticated')
  expect(agent.socket.connected).toBe(true)
})

test.each([
  [0, 'upgrade the agent'],
  [2, 'upgrade the agent'],
  [4, 'upgrade the coordinator'],
])('protocol %i is refused with what to do, whatever else that version says', async (version, advice) => {
  await using t = await startHub(fresh.db)
  const agent = await t.dial()
  const hello = agent.hello({ protocolVersion: version })
  const foreign = { protocolVersion: version, identity: { key: 'x' }, capabilities: 'telepathy' }
  for (const message of [hello, foreign]) {
    const refusal = await agent.refusal('hello', message)
    expect(refusal).toMatchObject({
      code: 'version_unsupported',
      message: expect.stringContaining(`speaks protocol ${version}`),
    })
    expect(refusal.message).toContain(advice)
  }
})

test('before hello every other event is refused', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 1)
  const agent = await t.dial()
  const ref = { jobId: 1, fencingToken: 1 }
  const messages: [AgentEvent, unknown][] = [
    ['lease.request', { slots: [{ capability: 'ingest', count: 1 }] }],
    ['lease.renew', { leases: [ref] }],
    ['job.chunk', { ...ref, seq: 0, chunk: {} }],
    ['job.complete', { jobs: [{ ...ref, result: {} }], slots: [] }],
    ['job.fail', { ...ref, error: { code: 'internal', message: 'x' } }],
    ['job.release', { leases: [ref], reason: 'x' }],
  ]
  for (const [event, message] of messages) {
    expect(await agent.refusal(event, message), event).toEqual({
      code: 'unauthenticated',
      message: 'Say hello first',
    })
  }
})

test('a connection that never says hello is closed', async () => {
  await using t = await startHub(fresh.db)
  // After the database has been used: its pool must not lose its own timers.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const agent = await t.dial()
    vi.advanceTimersByTime(9_000)
    expect(agent.socket.connected).toBe(true)
    const gone = agent.untilGone()
    vi.advanceTimersByTime(1_001)
    await gone
  } finally {
    vi.useRealTimers()
  }
})

test('hello said twice, even at once, leaves one agent that goes when its connection goes', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.dial()
  const replies = await Promise.all([
    agent.send('hello', agent.hello()),
    agent.send('hello', agent.hello()),
    agent.send('hello', agent.hello()),
  ])
  expect(replies.filter((reply) => reply.ok)).toHaveLength(1)
  expect((await agent.refusal('hello', agent.hello())).code).toBe('conflict')
  expect(agent.socket.connected).toBe(true)
  agent.socket.disconnect()
  await expect.poll(() => t.isOnline(), PATIENTLY).toBe(false)
})

test('a hello that was doubled on its way is answered twice alike', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.dial()
  const hello = agent.hello()
  const [one, two] = await Promise.all([agent.send('hello', hello), agent.send('hello', hello)])
  expect(one).toMatchObject({ ok: true })
  expect(two).toEqual(one)
  expect(await t.isOnline()).toBe(true)
})

test('an agent that goes away during its hello does not stay online', async () => {
  await using t = await startHub(fresh.db)
  for (let round = 0; round < 20; round += 1) {
    const agent = await t.dial()
    agent.socket.emit('hello', agent.hello())
    // Written, so that both reach the coordinator.
    await new Promise((resolve) => setTimeout(resolve, round % 5))
    agent.socket.disconnect()
  }
  const watcher = await t.dial()
  await watcher.refusal('lease.renew', { leases: [] })
  await expect.poll(() => t.isOnline(), PATIENTLY).toBe(false)
})

test('hello keeps the leases that stand, names those that do not, and gives back what is not held', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 4)
  const agent = await t.greet()
  const [kept, unknown, stale, done] = await agent.lease('ingest', 4)
  await agent.ask('job.complete', { jobs: [{ ...done!, result: readResult(t, done!.input) }], slots: [] })
  agent.socket.disconnect()

  const again = await t.dial()
  again.instance = agent.instance
  const held = [kept!, { ...stale!, fencingToken: stale!.fencingToken + 1 }, done!]
  const answer = await again.ask('hello', again.hello({ held }))
  expect(answer.gone.toSorted()).toEqual([stale!.jobId, done!.jobId].toSorted())
  expect((await t.jobRow(kept!.jobId)).state).toBe('leased')
  for (const lease of [unknown!, stale!]) expect((await t.jobRow(lease.jobId)).state).toBe('queued')
  expect((await t.jobRow(done!.jobId)).state).toBe('done')
})

test('a second connection of the same agent replaces the first', async () => {
  await using t = await startHub(fresh.db)
  const first = await t.greet()
  const gone = first.untilGone()
  const second = await t.greet()
  await gone
  expect(await t.isOnline()).toBe(true)
  t.hub.words.sendTo(t.vault.agentId, 'lease.revoked', { jobIds: [7], reason: 'test' })
  await settle(second)
  expect(second.last('lease.revoked')).toEqual({ jobIds: [7], reason: 'test' })
  expect(first.last('lease.revoked')).toBeUndefined()
})

/** A lock that holds one connection up while another goes on needs a server. */
test.skipIf(!testEnvironment.databaseUrl)(
  'jobs leased for a connection that has gone meanwhile are free at once, and not blamed',
  async () => {
    await using t = await startHub(fresh.db)
    await queueFiles(t, 1)
    const agent = await t.greet()
    await t.db.transaction().execute(async (tx) => {
      await sql`lock table job in exclusive mode`.execute(tx)
      agent.socket.emit('lease.request', { slots: [{ capability: 'ingest', count: 1 }] })
      await expect.poll(() => waitingForLock(t), PATIENTLY).toBe(1)
      agent.socket.disconnect()
      await expect.poll(() => t.isOnline(), PATIENTLY).toBe(false)
    })
    const job = t.db
      .selectFrom('job')
      .select(['state', 'fencing_token', 'attempt', 'deaths'])
      .where('library_id', '=', t.vault.libraryId)
      .where('kind', '=', 'file.ingest')
    await expect
      .poll(() => job.executeTakeFirst(), PATIENTLY)
      .toEqual({ state: 'queued', fencing_token: 1, attempt: 0, deaths: 0 })
  },
)

async function waitingForLock(t: TestHub): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) from pg_locks
    where not granted and database = (select oid from pg_database where datname = current_database())`.execute(
    t.db,
  )
  return rows[0]!.count
}

test('an agent that drains gets no work, now and after it has connected again', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 3)
  const agent = await t.greet()
  const [lease] = await agent.lease('ingest', 1)
  await t.hub.words.drain(t.vault.agentId, true)
  expect(await agent.lease('ingest', 1)).toEqual([])
  expect(agent.last('agent.drain')).toEqual({ drain: true })
  const done = await agent.ask('job.complete', {
    jobs: [{ ...lease!, result: readResult(t, lease!.input) }],
    slots: [{ capability: 'ingest', count: 1 }],
  })
  expect(done.leases).toEqual([])
  agent.socket.disconnect()

  const again = await t.greet()
  expect(again.last('agent.drain')).toEqual({ drain: true })
  expect(await again.lease('ingest', 1)).toEqual([])
  await t.hub.words.drain(t.vault.agentId, false)
  expect(await again.lease('ingest', 1)).toHaveLength(1)
})

test('an agent that was away when its drain ended learns of it', async () => {
  await using t = await startHub(fresh.db)
  await t.greet()
  await t.hub.words.drain(t.vault.agentId, true)
  t.hub.words.sendTo(t.vault.agentId, 'work.available', {})
  const away = await t.greet()
  away.socket.disconnect()
  await t.hub.words.drain(t.vault.agentId, false)
  const back = await t.greet()
  expect(back.last('agent.drain')).toEqual({ drain: false })
  await expect(t.hub.words.drain(999_999, true)).rejects.toMatchObject({ code: 'not_found' })
})

test('completing a job hands out the next, of the offered capabilities only', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 3)
  const agent = await t.greet({ capabilities: [{ capability: 'ingest', concurrency: 1 }] })
  await enqueueScan(t.db, t.vault.libraryId, { acceptMissing: false })
  expect(await agent.lease('scan', 1)).toEqual([])
  const [first] = await agent.lease('ingest', 1)
  const jobs = [{ ...first!, result: readResult(t, first!.input) }]
  const slots = [{ capability: 'ingest' as const, count: 5 }]
  const { leases } = await agent.ask('job.complete', { jobs, slots })
  expect(leases).toHaveLength(2)
  expect(leases.map((lease) => lease.jobId)).not.toContain(first!.jobId)
  // The answer may have been lost: the same again is accepted.
  expect(await agent.ask('job.complete', { jobs, slots })).toEqual({ refused: [], leases: [] })
  expect((await t.jobRow(first!.jobId)).state).toBe('done')
  expect(new Set(t.changes)).toEqual(new Set(['agents', 'jobs', 'timeline']))
})

test('a result that does not fit makes the job dead with a reason, and nobody holds it', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 1)
  const agent = await t.greet()
  const [lease] = await agent.lease('ingest', 1)
  const result = { ...ingestResult({ content: 'x' }), contentHash: 'nonsense' }
  const { refused } = await agent.ask('job.complete', { jobs: [{ ...lease!, result }], slots: [] })
  expect(refused).toMatchObject([{ jobId: lease!.jobId, error: { code: 'bad_request' } }])
  expect(await t.jobRow(lease!.jobId)).toMatchObject({
    state: 'dead',
    error_code: 'bad_request',
    error_message: expect.stringContaining('file.ingest'),
  })
  const report = { ...lease!, error: { code: 'bad_request', message: 'late' } }
  expect((await agent.refusal('job.fail', report)).code).toBe('lease_lost')
})

test('a scan whose parts were lost is queued again', async () => {
  await using t = await startHub(fresh.db)
  const jobId = await enqueueScan(t.db, t.vault.libraryId, { acceptMissing: false })
  const agent = await t.greet()
  const [scan] = await agent.lease('scan', 1)
  // As after a restart of the coordinator: it has not heard of the folder that the agent counts.
  const result = { outcome: 'complete', folders: 1, files: 2, skipped: {}, unreadable: [] }
  const { refused } = await agent.ask('job.complete', { jobs: [{ ...scan!, result }], slots: [] })
  expect(refused).toMatchObject([{ error: { code: 'scan_interrupted' } }])
  expect(await t.jobRow(jobId)).toMatchObject({ state: 'queued', error_code: 'scan_interrupted' })
})

test('parts of a scan from a stale or a false holder do not disturb the present one', async () => {
  await using t = await startHub(fresh.db)
  await enqueueScan(t.db, t.vault.libraryId, { acceptMissing: false })
  const agent = await t.greet()
  const [stale] = await agent.lease('scan', 1)
  await agent.ask('job.release', { leases: [stale!], reason: 'test' })
  const [scan] = await agent.lease('scan', 1)
  const folders = { type: 'folders', folders: [{ path: '', digest: 'A'.repeat(22), files: 0 }] }
  await agent.ask('job.chunk', { ...scan!, seq: 0, chunk: folders })
  for (const fencingToken of [stale!.fencingToken, scan!.fencingToken + 1]) {
    const chunk = { jobId: scan!.jobId, fencingToken, seq: 0, chunk: folders }
    expect((await agent.refusal('job.chunk', chunk)).code).toBe('lease_lost')
  }
  const result = { outcome: 'complete', folders: 1, files: 0, skipped: {}, unreadable: [] }
  await agent.ask('job.complete', { jobs: [{ ...scan!, result }], slots: [] })
  expect((await t.jobRow(scan!.jobId)).state).toBe('done')
})

test('job.fail keeps code and reason, also a reason that no database could hold as it is', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 1)
  const agent = await t.greet()
  const [lease] = await agent.lease('ingest', 1)
  const message = `cannot read a\0b\ud800 ${'x'.repeat(100_000)}`
  await agent.ask('job.fail', { ...lease!, error: { code: 'file_missing', message } })
  const row = await t.jobRow(lease!.jobId)
  expect(row).toMatchObject({ state: 'dead', error_code: 'file_missing' })
  expect(row.error_message).toMatch(/^cannot read ab\ufffd x+$/)
  expect(row.error_message!.length).toBeLessThanOrEqual(2_000)
})

test('jobs that are given back are free at once, and other agents are told', async () => {
  await using t = await startHub(fresh.db)
  await queueFiles(t, 2)
  const agent = await t.greet()
  const leases = await agent.lease('ingest', 2)
  await agent.ask('job.release', { leases, reason: 'agent stops' })
  expect(agent.last('work.available')).toEqual({})
  expect(await agent.lease('ingest', 2)).toHaveLength(2)
})

test('a root whose name is not text does not keep its agent out', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.greet({ roots: ['/pictures/\udcff', '/ok'], agentVersion: 'a\0b' })
  expect(agent.socket.connected).toBe(true)
  const row = await t.db
    .selectFrom('agent')
    .select(['roots', 'version'])
    .where('id', '=', t.vault.agentId)
    .executeTakeFirstOrThrow()
  expect(row).toEqual({ roots: ['/pictures/\ufffd', '/ok'], version: 'ab' })
})

test('an agent that hangs up is offline', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.greet()
  agent.socket.disconnect()
  await expect.poll(() => t.isOnline(), PATIENTLY).toBe(false)
})

test('an event whose message is forgotten is answered all the same', async () => {
  await using t = await startHub(fresh.db)
  const agent = await t.greet()
  const answered = Promise.withResolvers<unknown>()
  agent.socket.emit('lease.renew', answered.resolve)
  expect(await answered.promise).toMatchObject({ ok: false, error: { code: 'bad_request' } })
  // Without anybody to answer to, nothing breaks.
  agent.socket.emit('lease.renew')
  agent.socket.emit('hello', 1, 2, 3)
  await settle(agent)
})

test('a message that is too long ends its connection and nothing else', async () => {
  await using t = await startHub(fresh.db)
  const [agent, other] = [await t.greet(), await t.dial(createKey())]
  agent.socket.emit('job.release', { leases: [], reason: 'x'.repeat(5 * 1024 * 1024) })
  await once(agent.socket as unknown as NodeJS.EventEmitter, 'disconnect')
  await other.refusal('lease.renew', { leases: [] })
})
