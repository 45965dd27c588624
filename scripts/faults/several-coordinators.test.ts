import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import { join } from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { testEnvironment } from '../../config/test-environment.ts'
import { addSampleAsset } from '../../coordinator/http/testing/sample-library.ts'
import { createKey, TestAgent, type TestKey } from '../../coordinator/hub/testing/test-agent.ts'
import { DerivedStore } from '../../coordinator/media/derived-store.ts'
import { createTransferId } from '../../coordinator/media/transfer-id.ts'
import type { AgentView } from '../../protocol/fleet.ts'
import type { ApiClient } from '../start/testing/api-client.ts'
import { FaultRig } from './testing/fault-rig.ts'
import { FaultRun, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { expectNothingLeft } from './testing/invariants.ts'
import { findLastingPort } from './testing/lasting-port.ts'
import { LiveBrowser } from './testing/live-browser.ts'
import {
  expectProbesDoneOnce,
  PROBE_COORDINATOR,
  probePlan,
  startProbeRig,
  submit,
  untilProbesEnded,
} from './testing/probe-rig.ts'
import { type SecondCoordinator, startSecondCoordinator } from './testing/second-coordinator.ts'
import { until } from './testing/until.ts'

/** The promise is a second; these machines are busy. */
const HINT_LIMIT_MS = 3_000
/** After this long everybody knows that a coordinator has been killed. */
const GONE_LIMIT_MS = 20_000
const MEBIBYTE = 1024 * 1024

describe.skipIf(!testEnvironment.databaseUrl)('two coordinators on one Postgres server', () => {
  let rig: FaultRig
  let second: SecondCoordinator
  let api: ApiClient
  let vault: { id: number; key: TestKey }

  beforeAll(async () => {
    rig = await FaultRig.start({ agents: [], engine: 'server' })
    second = await startSecondCoordinator(rig, 0)
    api = await rig.signIn()
    vault = await addAgent('vault')
  })
  afterAll(async () => {
    await second?.[Symbol.asyncDispose]()
    await rig?.[Symbol.asyncDispose]()
  })

  async function addAgent(name: string) {
    const key = createKey()
    const { id } = await rig.db
      .insertInto('agent')
      .values({ name, public_key: Buffer.from(key.publicKey, 'base64url'), roots: '["/vault/photos"]' })
      .returning('id')
      .executeTakeFirstOrThrow()
    return { id, key }
  }

  /** Connected to one of the two, and greeted. */
  async function greet(url: string, agent = vault) {
    const connected = await TestAgent.dial(url, agent.key)
    const answer = await connected.ask('hello', connected.hello({ roots: ['/vault/photos'] }))
    return Object.assign(connected, { answer, [Symbol.dispose]: () => void connected.socket.disconnect() })
  }

  const stateOf = async (id: number) => {
    const { items } = await api.get<{ items: AgentView[] }>('/api/agents')
    return items.find((agent) => agent.id === id)?.state
  }

  const heard = async (what: string, check: () => unknown) => {
    const startedAt = performance.now()
    await until(`the agent hears ${what}`, HINT_LIMIT_MS, check)
    return Math.round(performance.now() - startedAt)
  }

  test('an agent hears through one what people decide at the other', async () => {
    const run = new FaultRun('Several coordinators, word to an agent of the other')
    using agent = await greet(second.url)
    const { libraryId } = await addSample('decisions')
    expect(await stateOf(vault.id)).toBe('online')

    await api.post(`/api/libraries/${libraryId}/scan`, {})
    const hintMs = await heard('that there is work', () => agent.last('work.available'))
    const [lease] = await agent.lease('scan', 1)
    await api.post(`/api/jobs/${lease!.jobId}/cancel`, {})
    const cancelMs = await heard('of the cancel', () => agent.last('lease.revoked'))
    expect(agent.last('lease.revoked')!.jobIds).toEqual([lease!.jobId])

    await api.post(`/api/agents/${vault.id}/drain`, {})
    const drainMs = await heard('that it is to drain', () => agent.last('agent.drain')?.drain)
    expect(await stateOf(vault.id)).toBe('draining')
    await api.post(`/api/agents/${vault.id}/resume`, {})
    await heard('that it may work', () => agent.last('agent.drain')?.drain === false)
    const settings = { concurrency: { ingest: 1 } }
    await api.fetch(`/api/agents/${vault.id}`, {
      method: 'PATCH',
      body: JSON.stringify(settings),
      headers: { 'content-type': 'application/json' },
    })
    const settingsMs = await heard('its settings', () => agent.last('agent.settings'))
    expect(agent.last('agent.settings')).toEqual(settings)
    run.report({
      'ms from the answer to the hint': hintMs,
      'ms from the answer to the cancel': cancelMs,
      'ms from the answer to the drain': drainMs,
      'ms from the answer to the settings': settingsMs,
    })
  })

  test('a browser of one sees what an agent of the other does', async () => {
    using browser = await LiveBrowser.open(rig.url, rig.db)
    await until('the browser is connected', HINT_LIMIT_MS, () => browser.isConnected)
    const shown = () => browser.last('agents')?.agents.find(({ id }) => id === vault.id)
    const { libraryId } = await addSample('seen')
    {
      using agent = await greet(second.url)
      await until('it is shown as online', HINT_LIMIT_MS, () => shown()?.state === 'online')
      await api.post(`/api/libraries/${libraryId}/scan`, {})
      const [lease] = await agent.lease('scan', 1)
      await until('its lease is shown', HINT_LIMIT_MS, () => shown()?.leases === 1)
      await agent.ask('job.release', { leases: [lease!], reason: 'test' })
      await until('its lease is no longer shown', HINT_LIMIT_MS, () => shown()?.leases === 0)
      await api.post(`/api/jobs/${lease!.jobId}/cancel`, {})
    }
    await until('it is shown as offline', HINT_LIMIT_MS, () => shown()?.state === 'offline')
  })

  test('an agent that comes to one while the other still has it is only there', async () => {
    const urls = [rig.url, second.url]
    const earlier: TestAgent[] = []
    // Faster than the coordinators hear of one another.
    for (let turn = 0; turn < 10; turn += 1) earlier.push(await greet(urls[turn % 2]!))
    using agent = await greet(rig.url)
    await until('all earlier connections are closed', HINT_LIMIT_MS, () =>
      earlier.every(({ socket }) => !socket.connected),
    )
    // Their goings have been noted by now, and concern this one no more.
    expect(await agent.ask('lease.renew', { leases: [] })).toEqual({ gone: [] })
    expect(agent.socket.connected).toBe(true)
    expect(await stateOf(vault.id)).toBe('online')
  })

  test('a connection whose replacement went unheard ends with its next renewal', async () => {
    using stale = await greet(rig.url)
    const { rows } = await sql<{ id: string }>`
      select id from coordinator where id <> (select coordinator_id from agent where id = ${vault.id})`.execute(
      rig.db,
    )
    await sql`update agent set coordinator_id = ${rows[0]!.id} where id = ${vault.id}`.execute(rig.db)
    await expect(stale.send('lease.renew', { leases: [] })).rejects.toThrow('disconnected')
    await sql`update agent set coordinator_id = null where id = ${vault.id}`.execute(rig.db)
  })

  test('what was decided while a coordinator heard nothing is told when it hears again', async () => {
    using agent = await greet(second.url)
    await until('it has been told how things stand', HINT_LIMIT_MS, () => agent.last('agent.drain'))
    agent.heard.length = 0
    await sql`update agent set draining = true where id = ${vault.id}`.execute(rig.db)
    await sql`select pg_terminate_backend(pid) from pg_stat_activity
      where application_name = 'hearth between coordinators' and datname = current_database()`.execute(rig.db)
    await until('it hears of the drain', GONE_LIMIT_MS, () => agent.last('agent.drain')?.drain)
    await sql`update agent set draining = false where id = ${vault.id}`.execute(rig.db)
  })

  /** A library of the vault with one picture; the file itself is the test's to play. */
  async function addSample(name: string, sizeBytes = 1_000) {
    await sql`delete from library`.execute(rig.db)
    const store = new DerivedStore(join(rig.folder, 'data'))
    return addSampleAsset(rig.db, store, { agentId: vault.id, name: `${name}.jpg`, sizeBytes })
  }

  /** The agent's side of a transfer, to the coordinator that it is connected to. */
  function upload(agent: { answer: { sessionToken: string } }, transferId: string, type: string) {
    const request = httpRequest(`${second.url}/api/transfers/${transferId}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${agent.answer.sessionToken}`, 'content-type': type },
    })
    request.on('error', () => {})
    const status = once(request, 'response').then(([response]) => {
      response.resume()
      return response.statusCode as number
    })
    status.catch(() => {})
    return { request, status, closed: new Promise((resolve) => request.once('close', resolve)) }
  }

  const wanted = (agent: TestAgent) =>
    until('bytes are wanted', HINT_LIMIT_MS, () => agent.last('bytes.send'))

  test('an original comes whole through a coordinator that its agent is not connected to', async () => {
    using agent = await greet(second.url)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    const bytes = randomBytes(3_000_000)
    const { assetId } = await addSample('whole', bytes.length)
    const answer = browser.fetch(`/api/assets/${assetId}/original`)
    const { request, status } = upload(agent, (await wanted(agent)).transferId, 'application/octet-stream')
    request.end(bytes)
    expect(Buffer.from(await (await answer).arrayBuffer()).equals(bytes)).toBe(true)
    expect(await status).toBe(200)
  })

  test('why an original cannot be had comes through as well', async () => {
    using agent = await greet(second.url)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    const { assetId } = await addSample('missing')
    const answer = browser.fetch(`/api/assets/${assetId}/original`)
    const { request, status } = upload(agent, (await wanted(agent)).transferId, 'application/json')
    request.end(JSON.stringify({ code: 'file_missing', message: 'gone' }))
    expect(((await (await answer).json()) as { error: unknown }).error).toEqual({
      code: 'file_missing',
      message: 'gone',
    })
    expect(await status).toBe(200)
  })

  test('an agent of the other coordinator sends no faster than the browser reads, and stops when it goes', async () => {
    using agent = await greet(second.url)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    const sizeBytes = 400 * MEBIBYTE
    const { assetId } = await addSample('slow', sizeBytes)
    const reading = new AbortController()
    const answer = browser.fetch(`/api/assets/${assetId}/original`, { signal: reading.signal })
    const { request, closed } = upload(agent, (await wanted(agent)).transferId, 'application/octet-stream')
    const chunk = Buffer.alloc(256 * 1024)
    let sentBytes = 0
    let isHeldUp = false
    const send = async () => {
      while (!request.destroyed && sentBytes < sizeBytes) {
        sentBytes += chunk.length
        if (request.write(chunk)) continue
        isHeldUp = true
        await Promise.race([once(request, 'drain'), closed])
        isHeldUp = false
      }
    }
    void send().catch(() => {})
    const reader = (await answer).body!.getReader()
    await reader.read()
    await until('the agent is held up', GONE_LIMIT_MS, async () => {
      const before = sentBytes
      await new Promise((resolve) => setTimeout(resolve, 300))
      return isHeldUp && sentBytes === before
    })
    expect(sentBytes).toBeLessThan(64 * MEBIBYTE)
    reading.abort()
    await closed
    expect(sentBytes).toBeLessThan(64 * MEBIBYTE)
  })

  test('an upload that breaks off breaks the answer at the other coordinator', async () => {
    using agent = await greet(second.url)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    const { assetId } = await addSample('broken', 1_000_000)
    const answer = browser.fetch(`/api/assets/${assetId}/original`)
    const { request } = upload(agent, (await wanted(agent)).transferId, 'application/octet-stream')
    request.write(Buffer.alloc(500_000))
    const response = await answer
    expect(response.status).toBe(200)
    request.destroy()
    await expect(response.arrayBuffer()).rejects.toThrow()
  })

  test('bytes are handed on once, to a coordinator that exists, by an agent that is known to it', async () => {
    using agent = await greet(second.url)
    const statusOf = async (transferId: string, sessionToken = agent.answer.sessionToken) => {
      const { request, status } = upload({ answer: { sessionToken } }, transferId, 'application/octet-stream')
      request.end('bytes')
      return status
    }
    const nobody = '00000000-0000-4000-8000-000000000000'
    expect(await statusOf(createTransferId(nobody))).toBe(404)
    expect(await statusOf(createTransferId(nobody), 'A'.repeat(43))).toBe(401)
    const { rows } = await sql<{ id: string }>`select id from coordinator where url = ${rig.url}`.execute(
      rig.db,
    )
    expect(await statusOf(createTransferId(rows[0]!.id))).toBe(404)

    // Addresses that lead in a circle: the second hop answers.
    const insert = (url: string) =>
      sql`insert into coordinator (id, url, host, version) values (${nobody}, ${url}, 'test', 'test')
        on conflict (id) do update set url = excluded.url`.execute(rig.db)
    await insert(second.url)
    expect(await statusOf(createTransferId(nobody))).toBe(404)
    await insert('http://127.0.0.1:9')
    expect(await statusOf(createTransferId(nobody))).toBe(503)
    await sql`delete from coordinator where id = ${nobody}`.execute(rig.db)
    expect(rig.coordinator.lines.filter((line) => /"level":[56]0/.test(line))).toEqual([])
  })
})

describe.skipIf(!testEnvironment.databaseUrl)('of several coordinators', () => {
  test('one is killed, and its agents finish with the other what they hold', {
    timeout: TEST_LIMIT_MS,
  }, async () => {
    const run = new FaultRun('Several coordinators, one killed')
    const port = await findLastingPort()
    const plans = ['one', 'two', 'three', 'four'].map((name) => ({
      ...probePlan(name),
      coordinatorUrl: (url: string) => [url, `http://127.0.0.1:${port}`],
    }))
    await using rig = await startProbeRig(plans, { engine: 'server', leaseTtlMs: 20_000 })
    await using second = await startSecondCoordinator(rig, port, {
      leaseTtlMs: 20_000,
      script: PROBE_COORDINATOR,
    })
    using browser = await LiveBrowser.open(second.url, rig.db)
    const agentsOf = async (url: string) => {
      const { rows } = await sql<{ id: number }>`select agent.id from agent
        join coordinator on coordinator.id = agent.coordinator_id where coordinator.url = ${url}`.execute(
        rig.db,
      )
      return rows.map(({ id }) => id)
    }
    // All of them begin at the one that will be killed.
    await until('four agents are there', GONE_LIMIT_MS, async () => (await agentsOf(rig.url)).length === 4)

    const jobs = 120
    await submit(
      rig,
      Array.from({ length: jobs }, () => ({ does: 'wait' as const, workMs: 500 })),
    )
    const done = async () => {
      const { rows } = await sql<{ count: number }>`select count(*) from fault_result`.execute(rig.db)
      return rows[0]!.count
    }
    await until('a quarter is done', TEST_LIMIT_MS, async () => (await done()) >= jobs / 4)
    const killedAt = performance.now()
    await rig.coordinator.kill()
    await until(
      'all agents are at the other',
      GONE_LIMIT_MS,
      async () => (await agentsOf(second.url)).length === 4,
    )
    const movedMs = Math.round(performance.now() - killedAt)
    await untilProbesEnded(rig, TEST_LIMIT_MS)
    const counts = await expectProbesDoneOnce(rig, jobs)
    const { rows } = await sql<{ leases: number }>`
      select sum(attempt)::int as leases from job where kind = 'probe.work'`.execute(rig.db)
    // What they held they finished: no lease ran out and no work was begun twice.
    expect(rows[0]!.leases).toBe(jobs)
    await until('the killed one is known to be gone', GONE_LIMIT_MS, async () => {
      const { rows } = await sql`select 1 from coordinator where url = ${rig.url}
        and seen_at > now() - interval '15 seconds'`.execute(rig.db)
      return rows.length === 0
    })
    const shown = () => browser.last('agents')?.agents.filter(({ state }) => state === 'online').length
    await until('the browser of the other shows all as online', GONE_LIMIT_MS, () => shown() === 4)
    expect(await second.process.stop()).toBe(0)
    await rig.coordinator.start()
    await expectNothingLeft(rig)
    run.report({ jobs, 'ms until all agents had moved': movedMs, ...counts })
  })

  test('one is killed, and the agent that only it could reach is soon shown as offline', async () => {
    await using rig = await FaultRig.start({ agents: [], engine: 'server' })
    await using second = await startSecondCoordinator(rig, 0)
    const key = await addVault(rig)
    using browser = await LiveBrowser.open(rig.url, rig.db)
    const agent = await TestAgent.dial(second.url, key)
    await agent.ask('hello', agent.hello())
    const state = () => browser.last('agents')?.agents[0]?.state
    await until('it is shown as online', GONE_LIMIT_MS, () => state() === 'online')
    await second.process.kill()
    // Fifteen seconds of silence, and the next look.
    await until('it is shown as offline', GONE_LIMIT_MS + HINT_LIMIT_MS, () => state() === 'offline')
  })

  async function addVault({ db }: FaultRig): Promise<TestKey> {
    const key = createKey()
    await db
      .insertInto('agent')
      .values({ name: 'vault', public_key: Buffer.from(key.publicKey, 'base64url') })
      .execute()
    return key
  }

  async function leaseScan(rig: FaultRig, agent: TestAgent) {
    const api = await rig.signIn()
    const { id } = await rig.db.selectFrom('agent').select('id').executeTakeFirstOrThrow()
    await rig.db
      .insertInto('library')
      .values({ name: 'photos', root: Buffer.from('/pictures'), agent_id: id, ignore_globs: [] })
      .execute()
    const { items } = await api.get<{ items: { id: number }[] }>('/api/libraries')
    await api.post(`/api/libraries/${items[0]!.id}/scan`, {})
    return agent.lease('scan', 1)
  }

  test('one is killed, and its agent takes its leases along to the other', async () => {
    await using rig = await FaultRig.start({ agents: [], engine: 'server' })
    await using second = await startSecondCoordinator(rig, 0)
    const key = await addVault(rig)
    const agent = await TestAgent.dial(second.url, key)
    await agent.ask('hello', agent.hello())
    const [lease] = await leaseScan(rig, agent)
    await second.process.kill()
    const again = await TestAgent.dial(rig.url, key)
    const answer = await again.ask('hello', again.hello({ instance: agent.instance, held: [lease!] }))
    expect(answer.gone).toEqual([])
    expect(await again.ask('lease.renew', { leases: [lease!] })).toEqual({ gone: [] })
    again.socket.disconnect()
  })

  test('jobs whose leases ran out are queued again by whichever is left', async () => {
    await using rig = await FaultRig.start({ agents: [], engine: 'server', leaseTtlMs: 2_000 })
    await using second = await startSecondCoordinator(rig, 0, { leaseTtlMs: 2_000 })
    const key = await addVault(rig)
    const stateOf = async (jobId: number) =>
      (await rig.db.selectFrom('job').select('state').where('id', '=', jobId).executeTakeFirst())?.state
    const agent = await TestAgent.dial(second.url, key)
    await agent.ask('hello', agent.hello())
    const [lease] = await leaseScan(rig, agent)
    agent.socket.disconnect()
    await rig.coordinator.kill()
    await until('it is queued again', GONE_LIMIT_MS, async () => (await stateOf(lease!.jobId)) === 'queued')
    await rig.coordinator.start()
    const another = await TestAgent.dial(second.url, key)
    await another.ask('hello', another.hello())
    const [next] = await another.lease('scan', 1)
    another.socket.disconnect()
    await second.process.kill()
    await until('it is queued again', GONE_LIMIT_MS, async () => (await stateOf(next!.jobId)) === 'queued')
  })
})
