import { randomUUID } from 'node:crypto'
import { sql } from 'kysely'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import type { Destination } from '../../config/send-packets.ts'
import type { WakePolicyChange } from '../../protocol/power.ts'
import type { Database } from '../db/database.ts'
import { eachEngine, freshDatabase } from '../db/testing/fresh-database.ts'
import { listAgents, requireAgent } from '../fleet/agent-views.ts'
import { enqueueJobs } from '../jobs/enqueue.ts'
import { sleepMachine, wakeMachine } from './ask-machine.ts'
import { changeWakePolicy, readPowerDetail } from './power-detail.ts'
import { takePowerReport } from './take-power-report.ts'
import { awakeReport } from './testing/awake-report.ts'
import { makeSleeper } from './testing/make-sleeper.ts'
import { noteOnline, pruneWakes } from './wake-records.ts'
import { Waker } from './waker.ts'

const KIND = 'test.detect'
const networks = () => [{ name: 'eth0', address: '192.168.1.2', prefix: 24, mac: '02:00:00:00:00:01' }]
type Sent = { packets: string[]; to: string[] }

/** A waker whose packets a test sees, and machines that are rows. */
function startWaker(db: Database, options: { answers?: () => boolean; failure?: string } = {}) {
  const sent: Sent[] = []
  const relayed: { agentId: number; message: unknown }[] = []
  const log: string[] = []
  const waker = new Waker({
    db,
    log: pino({ level: 'warn' }, { write: (line) => void log.push(line) }),
    link: { sendTo: (agentId, _event, message) => void relayed.push({ agentId, message }) },
    onChange: () => {},
    networks,
    send: async (packets: readonly Uint8Array[], destinations: readonly Destination[]) => {
      sent.push({
        packets: packets.map((packet) => Buffer.from(packet).toString('hex')),
        to: destinations.map(({ to }) => to),
      })
      return options.failure ? destinations.map(() => options.failure!) : []
    },
    probe: async () => options.answers?.() ?? false,
  })
  waker.start()
  return { sent, relayed, log, [Symbol.asyncDispose]: () => waker.stop() }
}

async function addMachine(db: Database, name: string, address = '192.168.1.20'): Promise<number> {
  const facts = {
    ...makeSleeper().facts!,
    networks: [{ name: 'eth0', address, prefix: 24, mac: '00:11:22:aa:bb:cc' }],
  }
  const { id } = await db
    .insertInto('agent')
    .values({
      name,
      public_key: Buffer.from(randomUUID()),
      facts: JSON.stringify(facts),
      capabilities: JSON.stringify([{ capability: 'detect', concurrency: 1 }]),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** Said to sleep, an hour ago. */
async function fallAsleep(db: Database, id: number, policy: WakePolicyChange = {}): Promise<void> {
  await takePowerReport(db, id, { ...awakeReport, state: 'sleeping', because: 'idle' })
  await changeWakePolicy(db, id, { coolDownMinutes: 0, packetEverySeconds: 1, giveUpSeconds: 3, ...policy })
  await sql`update agent_power set asleep_since = now() - interval '1 hour' where agent_id = ${id}`.execute(
    db,
  )
}

async function connect(db: Database, id: number): Promise<void> {
  const coordinator = randomUUID()
  await sql`insert into coordinator (id, url, host, version) values (${coordinator}, '', '', '')`.execute(db)
  await db.updateTable('agent').set({ coordinator_id: coordinator }).where('id', '=', id).execute()
}

async function queueJobs(db: Database, count: number): Promise<void> {
  await enqueueJobs(
    db,
    Array.from({ length: count }, (_, at) => ({
      kind: KIND,
      contract: { capability: 'detect' as const, priority: 10 },
      subjectId: at + 1,
      libraryId: null,
    })),
  )
}

const poll = (ask: () => unknown) => expect.poll(ask, { timeout: 10_000, interval: 50 })
const stateOf = async (db: Database, id: number) => (await requireAgent(db, id)).state
const historyOf = async (db: Database, id: number) => (await readPowerDetail(db, id, networks())).history

eachEngine('waking', (engine) => {
  test('work that waits calls the machine that could do it; its hello ends that and is measured', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const id = await addMachine(db, 'desk')
    await fallAsleep(db, id)
    expect(await stateOf(db, id)).toBe('asleep')
    await using t = startWaker(db)
    await queueJobs(db, 3)
    await poll(() => t.sent.length).toBeGreaterThan(1)
    expect(t.sent[0]).toEqual({
      packets: [`ffffffffffff${'001122aabbcc'.repeat(16)}`],
      to: ['192.168.1.255'],
    })
    const waking = await requireAgent(db, id)
    expect(waking).toMatchObject({ state: 'waking', power: { wake: { byPerson: false } } })

    await noteOnline(db, id)
    await connect(db, id)
    expect(await stateOf(db, id)).toBe('online')
    const [wake] = await historyOf(db, id)
    expect(wake).toMatchObject({
      cause: 'work',
      waiting: 3,
      outcome: 'online',
      route: 'from the server to 192.168.1.255',
    })
    expect(wake!.onlineMs).toBeGreaterThan(500)
    expect(wake!.sleptMs).toBeGreaterThan(3_590_000)
    expect((await requireAgent(db, id)).power.usualMs).toBe(wake!.onlineMs)
  })

  test('one that never answers is given up, rests, and is said to be unreachable until it is back', async () => {
    await using fresh = await freshDatabase(engine)
    const { db } = fresh
    const id = await addMachine(db, 'desk')
    await fallAsleep(db, id, { coolDownMinutes: 5 })
    await using t = startWaker(db)
    await queueJobs(db, 1)
    await poll(() => stateOf(db, id)).toBe('unreachable')
    const packets = t.sent.length
    expect(packets).toBeGreaterThanOrEqual(2)
    expect(packets).toBeLessThanOrEqual(4)
    const detail = await readPowerDetail(db, id, networks())
    expect(detail.history).toMatchObject([{ outcome: 'gave_up', packets }])
    expect(detail.holdsBack).toMatch(/^It rests until/)
    expect(detail.advice.length).toBeGreaterThan(2)
    expect((await requireAgent(db, id)).power.problem).toBe(
      `It was called ${packets} times and did not answer`,
    )
    expect(t.log).toHaveLength(1)

    await noteOnline(db, id)
    expect(await stateOf(db, id)).toBe('offline')
    expect((await requireAgent(db, id)).power.problem).toBeNull()
  })
})

test('two coordinators call no more often than one', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  await fallAsleep(db, id, { coolDownMinutes: 5 })
  await using one = startWaker(db)
  await using other = startWaker(db)
  await queueJobs(db, 1)
  await poll(() => stateOf(db, id)).toBe('unreachable')
  const [wake] = await historyOf(db, id)
  expect(one.sent.length + other.sent.length).toBe(wake!.packets)
  expect(wake!.packets).toBeLessThanOrEqual(4)
})

test('work that is taken back ends the wake', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  await fallAsleep(db, id, { giveUpSeconds: 120 })
  await using t = startWaker(db)
  await queueJobs(db, 1)
  await poll(() => t.sent.length).toBeGreaterThan(0)
  await sql`update job set state = 'cancelled'`.execute(db)
  await poll(() => stateOf(db, id)).toBe('asleep')
  expect(await historyOf(db, id)).toMatchObject([{ outcome: 'cancelled' }])
})

test('a person wakes a machine whatever its policy says, and one that is awake or unknown is refused', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  await fallAsleep(db, id, { wake: 'never', quietHours: [{ from: '00:00', to: '00:00' }] })
  await using t = startWaker(db)
  const account = await db
    .insertInto('account')
    .values({ name: 'anna', password_hash: 'x', role: 'admin' })
    .returning('id')
    .executeTakeFirstOrThrow()
  const person = { accountId: account.id, test: true }
  await wakeMachine(db, id, person)
  await wakeMachine(db, id, person)
  await poll(() => t.sent.length).toBeGreaterThan(0)
  expect(await historyOf(db, id)).toMatchObject([{ cause: 'test', account: 'anna', outcome: null }])

  await connect(db, id)
  await expect(wakeMachine(db, id, person)).rejects.toMatchObject({
    code: 'conflict',
    message: /“desk” is awake/,
  })
  await expect(wakeMachine(db, 99, person)).rejects.toMatchObject({ code: 'not_found' })
  const nameless = await addMachine(db, 'nameless')
  await db.updateTable('agent').set({ facts: null }).where('id', '=', nameless).execute()
  await expect(wakeMachine(db, nameless, person)).rejects.toMatchObject({
    code: 'bad_request',
    message: /MAC address/,
  })
})

test('a revoked machine is not woken, by nobody', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const [id, other] = [await addMachine(db, 'stolen'), await addMachine(db, 'desk')]
  await fallAsleep(db, id)
  await fallAsleep(db, other)
  await db.updateTable('agent').set({ revoked_at: new Date() }).where('id', '=', id).execute()
  await using t = startWaker(db)
  await queueJobs(db, 1)
  await expect(wakeMachine(db, id, { accountId: 1, test: false })).rejects.toMatchObject({
    code: 'not_found',
  })
  await poll(() => t.sent.length).toBeGreaterThan(0)
  const { rows } = await sql<{ agent_id: number }>`select agent_id from wake_event`.execute(db)
  expect(rows).toEqual([{ agent_id: other }])
})

test('a machine of another network is called by one that is there, and answers before its agent is back', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const [id, relay] = [await addMachine(db, 'desk', '10.9.0.20'), await addMachine(db, 'nas', '10.9.0.9')]
  await db.updateTable('agent').set({ capabilities: '[]' }).where('id', '=', relay).execute()
  await connect(db, relay)
  await fallAsleep(db, id, { giveUpSeconds: 120 })
  let answers = false
  await using t = startWaker(db, { answers: () => answers })
  await queueJobs(db, 1)
  await poll(() => t.relayed.length).toBeGreaterThan(0)
  expect(t.relayed[0]).toEqual({
    agentId: relay,
    message: { macAddresses: ['00:11:22:aa:bb:cc'], secureOn: null, port: 9 },
  })
  expect(t.sent.every(({ to }) => to.length === 0)).toBe(true)
  expect(await historyOf(db, id)).toMatchObject([{ route: 'through “nas”', message: null }])
  answers = true
  await poll(() => stateOf(db, id)).toBe('booting')
})

test('packets that cannot even be sent are said to be the reason', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  await fallAsleep(db, id)
  await using t = startWaker(db, { failure: 'to 192.168.1.255: EPERM' })
  await queueJobs(db, 1)
  await poll(() => stateOf(db, id)).toBe('unreachable')
  expect(t.sent.length).toBeGreaterThan(0)
  expect((await requireAgent(db, id)).power.problem).toBe(
    'Not one packet could be sent: to 192.168.1.255: EPERM',
  )
})

test('an agent that wants to sleep is told of work that waits for it, unless it makes room for somebody', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  const sleeping = { ...awakeReport, state: 'sleeping', because: 'idle' } as const
  expect(await takePowerReport(db, id, sleeping)).toBe(false)
  await noteOnline(db, id)
  await queueJobs(db, 1)
  expect(await takePowerReport(db, id, sleeping)).toBe(true)
  expect(await stateOf(db, id)).toBe('offline')
  expect(await takePowerReport(db, id, { ...sleeping, because: 'system' })).toBe(false)
  await noteOnline(db, id)
  expect(
    await takePowerReport(db, id, { ...sleeping, yields: 'its owner lets it work at other hours' }),
  ).toBe(false)
  await noteOnline(db, id)
  await db.updateTable('agent').set({ draining: true }).where('id', '=', id).execute()
  expect(await takePowerReport(db, id, sleeping)).toBe(false)
})

test('only a machine that is there and has a sleep command can be asked to sleep', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  const told: unknown[] = []
  const link = { sendTo: (...words: unknown[]) => void told.push(words) }
  await expect(sleepMachine(db, link, id)).rejects.toMatchObject({ message: /is not connected/ })
  await connect(db, id)
  await expect(sleepMachine(db, link, id)).rejects.toMatchObject({ message: /power\.sleep\.command/ })
  await takePowerReport(db, id, awakeReport)
  await sleepMachine(db, link, id)
  expect(told).toEqual([[id, 'agent.sleep', { reason: 'an administrator asked for it' }]])
})

test('what is not given of a policy stays, and of old wakes the last hundred are kept', async () => {
  await using fresh = await freshDatabase()
  const { db } = fresh
  const id = await addMachine(db, 'desk')
  await changeWakePolicy(db, id, { threshold: 50, secureOn: '1.2.3.4' })
  await changeWakePolicy(db, id, { threshold: 20, relay: undefined })
  expect((await readPowerDetail(db, id, [])).policy).toMatchObject({
    threshold: 20,
    secureOn: '1.2.3.4',
    relay: 'auto',
  })
  await expect(changeWakePolicy(db, id, { relay: 99 })).rejects.toMatchObject({ code: 'not_found' })
  await sql`insert into wake_event (agent_id, cause, ended_at, outcome)
    select ${id}, 'work', now(), 'online' from generate_series(1, 120)`.execute(db)
  await pruneWakes(db)
  const { rows } = await sql<{ count: number }>`select count(*) from wake_event`.execute(db)
  expect(rows).toEqual([{ count: 100 }])
  expect((await listAgents(db)).length).toBe(1)
})
