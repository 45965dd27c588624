import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, test, vi } from 'vitest'
import type { Lease } from '../../protocol/leases.ts'
import type { WakePolicyChange } from '../../protocol/power.ts'
import { encodeMask } from '../../protocol/rle.ts'
import type { Prompt } from '../../protocol/vision.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { createJobTypes } from '../job-types.ts'
import { JobEnds } from '../jobs/job-ends.ts'
import { pruneQuestions } from '../models/prune-questions.ts'
import { markConnected } from '../testing/mark-connected.ts'
import { VaultActor } from '../testing/vault-actor.ts'
import { keyOf, looked, VisionActor } from '../testing/vision-actor.ts'
import { changeWakePolicy } from '../wake/power-detail.ts'
import { takePowerReport } from '../wake/take-power-report.ts'
import { awakeReport } from '../wake/testing/awake-report.ts'
import { Waker } from '../wake/waker.ts'
import { askOutline } from './ask-outline.ts'

const here: Prompt = { points: [{ at: [0.5, 0.5], inside: true }], box: null }
const there: Prompt = { points: [{ at: [0.1, 0.1], inside: true }], box: null }
const networks = () => [{ name: 'eth0', address: '192.168.1.2', prefix: 24, mac: '02:00:00:00:00:01' }]

/** One picture, one account, and a worker that outlines and went to sleep an hour ago. */
async function sleepingHouse(db: Database, policy: WakePolicyChange = {}) {
  const vault = await VaultActor.create(db)
  vault.tree = { '': { 'a.jpg': { content: 'a' } } }
  await vault.scanAndIngest()
  const asset = await db.selectFrom('asset').select('id').executeTakeFirstOrThrow()
  const { rows } = await sql<{ id: number }>`insert into account (name, password_hash, role)
    values ('zoe', 'hash', 'admin') returning id`.execute(db)
  const worker = await VisionActor.create(db)
  await worker.report({ id: 'sam', task: 'segment' })
  await takePowerReport(db, worker.agentId, { ...awakeReport, state: 'sleeping', because: 'idle' })
  await changeWakePolicy(db, worker.agentId, { macAddresses: ['00:11:22:33:44:55'], ...policy })
  await sql`update agent_power set asleep_since = now() - interval '1 hour'`.execute(db)
  await sql`update agent set coordinator_id = null where id = ${worker.agentId}`.execute(db)
  const ends = new JobEnds()
  const hintUrgent = vi.fn()
  const dependencies = { db, types: createJobTypes(), ends, hintUrgent, revoke: () => {} }
  const ask = (prompt: Prompt) =>
    askOutline(dependencies, asset.id, prompt, {
      accountId: rows[0]!.id,
      signal: new AbortController().signal,
    })
  const finish = async (lease: Lease) => {
    const mask = encodeMask(new Uint8Array(75 * 100).fill(1, 100, 500), 75, 100)
    await worker.complete(lease, { ...looked(lease), mask, box: [0, 0, 0.5, 0.5], score: 0.9 })
    ends.tell([{ jobId: lease.jobId }])
  }
  return { worker, ask, finish }
}

/** Questions as they wait or have ended, oldest first. */
async function questions(db: Database) {
  return await db
    .selectFrom('job')
    .innerJoin('prompt', 'prompt.id', 'job.subject_id')
    .select(['job.state', 'prompt.prompt'])
    .where('job.kind', '=', 'asset.prompt')
    .orderBy('job.id')
    .execute()
}

/** As if this much time had gone by since they were asked. */
async function age(db: Database, seconds: number): Promise<void> {
  await sql`update prompt set asked_at = asked_at - make_interval(secs => ${seconds})`.execute(db)
}

function startWaker(db: Database) {
  const sent: string[] = []
  const waker = new Waker({
    db,
    log: pino({ level: 'silent' }),
    link: { sendTo: () => {} },
    onChange: () => {},
    networks,
    send: async (packets) => {
      sent.push(...packets.map((packet) => Buffer.from(packet).toString('hex')))
      return []
    },
    probe: async () => false,
  })
  waker.start()
  return { sent, [Symbol.asyncDispose]: () => waker.stop() }
}

eachEngine('outlines of machines that sleep', (engine) => {
  test('a click that only a sleeping machine could answer wakes it, and is answered once it has come', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { worker, ask, finish } = await sleepingHouse(db)
    await using waker = startWaker(db)
    await expect(ask(here)).rejects.toMatchObject({
      code: 'machine_asleep',
      message: '“gpu” is being woken to answer; ask again in a moment',
    })
    await expect.poll(() => waker.sent.length, { timeout: 10_000 }).toBeGreaterThan(0)
    expect(waker.sent[0]).toBe(`ffffffffffff${'001122334455'.repeat(16)}`)

    await markConnected(db, worker.agentId)
    const [lease] = await worker.lease('segment')
    expect(lease).toMatchObject({ kind: 'asset.prompt', input: { model: keyOf('sam'), prompt: here } })
    await finish(lease!)
    const asked = ask(here)
    await finish(await vi.waitFor(async () => (await worker.lease('segment'))[0] ?? Promise.reject()))
    expect(await asked).toMatchObject({ box: [0, 0, 0.5, 0.5], model: keyOf('sam') })
  })

  test('of what a person asks while it is woken, only the last question waits', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { ask } = await sleepingHouse(db)
    for (const prompt of [here, here, there]) {
      await expect(ask(prompt)).rejects.toMatchObject({ code: 'machine_asleep' })
      await age(db, 5)
    }
    expect(await questions(db)).toEqual([
      { state: 'cancelled', prompt: here },
      { state: 'cancelled', prompt: here },
      { state: 'queued', prompt: there },
    ])
  })

  test('a question that nobody has repeated wakes its machine and is not answered; after an hour it wakes nobody', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { worker, ask } = await sleepingHouse(db)
    await expect(ask(here)).rejects.toMatchObject({ code: 'machine_asleep' })
    await age(db, 60)
    await pruneQuestions(db)
    expect(await questions(db)).toMatchObject([{ state: 'queued' }])
    await markConnected(db, worker.agentId)
    expect(await worker.lease('segment')).toEqual([])
    expect(await questions(db)).toMatchObject([{ state: 'cancelled' }])

    await sql`update agent set coordinator_id = null where id = ${worker.agentId}`.execute(db)
    await expect(ask(here)).rejects.toMatchObject({ code: 'machine_asleep' })
    await age(db, 2 * 60 * 60)
    await pruneQuestions(db)
    const open = await db.selectFrom('job').select('id').where('state', '=', 'queued').execute()
    expect(open).toEqual([])
  })

  test('a machine that is not to be woken is not, and nothing waits for it', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const { ask } = await sleepingHouse(db, { wake: 'never' })
    await expect(ask(here)).rejects.toMatchObject({ code: 'model_missing' })
    expect(await questions(db)).toMatchObject([{ state: 'cancelled' }])
  })
})
