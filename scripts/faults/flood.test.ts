import { expect, test } from 'vitest'
import { findRssBytes } from '../../agents/vault/watch-memory.ts'
import type { TestAgent, TestKey } from '../../coordinator/hub/testing/test-agent.ts'
import { type AgentEvent, Reply } from '../../protocol/agents.ts'
import type { ApiClient } from '../start/testing/api-client.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import {
  type FloodCounts,
  type FloodTarget,
  floodAsAgent,
  floodAsStrangers,
  floodByPolling,
  openSilentSockets,
  openSlowRequests,
  sendHugeFrames,
} from './testing/flood-attacks.ts'
import { probeMemory } from './testing/flood-memory.ts'
import { type FloodRig, startFloodRig } from './testing/flood-rig.ts'
import { until } from './testing/until.ts'

const HUGE_FRAMES = 3
const RSS_MARGIN = 1.2
/** How long the coordinator may take to give memory back. */
const CALM_LIMIT_MS = 60_000
/** As long as a real agent waits. */
const ANSWER_LIMIT_MS = 60_000

test(
  'the coordinator lives through a flood of malformed packets, and others are answered meanwhile',
  async () => {
    const run = new FaultRun('R29 flood')
    const { packets } = sizes.flood
    await using rig = await startFloodRig()
    const { pid } = rig
    const { agent, jobs } = await greetHonestAgent(rig)
    const { key: attacker } = await rig.enroll('attacker')
    const api = await rig.signIn()
    const target = { url: rig.url, random: run.random }

    // The first round is not measured: it compiles the code and grows the heap to its size at work.
    await fuzz(target, attacker, Math.ceil(packets / 5))
    using memory = await probeMemory(pid, rig.lines)
    const calmBytes = await memory.rssBytes()

    using neighbours = new Neighbours(agent, api)
    const fuzzed = await fuzz(target, attacker, packets)
    // Not beside the rest, because they take the places of all other strangers.
    const silent = await openSilentSockets(target, Math.ceil(packets / 10))
    const { worstMs, asked } = await neighbours.stop()

    expect(await findRssBytes(pid), rig.lines.slice(-20).join('\n')).toBeDefined()
    expect(fuzzed.silent).toBe(0)
    expect(fuzzed.answered).toBeGreaterThan(packets / 5)
    const maxBytes = calmBytes * RSS_MARGIN
    const rssBytes = await until('the memory is back', CALM_LIMIT_MS, async () => {
      const bytes = await memory.rssBytes()
      return bytes <= maxBytes ? bytes : undefined
    })
    expect(await jobsOf(rig)).toEqual(jobs)
    expect(agent.socket.connected).toBe(true)
    run.report({
      packets: fuzzed.sent,
      answered: fuzzed.answered,
      'connections refused': fuzzed.refused,
      'silent sockets': silent.opened,
      'of them let in': silent.opened - silent.refused,
      'asked beside it': asked,
      'ms at worst': Math.round(worstMs),
      'MB before': Math.round(calmBytes / 1e6),
      'MB after': Math.round(rssBytes / 1e6),
    })
  },
  TEST_LIMIT_MS,
)

async function fuzz(target: FloodTarget, attacker: TestKey, packets: number): Promise<FloodCounts> {
  const share = (part: number) => Math.ceil(packets * part)
  using _slow = openSlowRequests(target, share(0.02))
  const attacks = await Promise.all([
    floodAsStrangers(target, share(0.3)),
    floodAsAgent(target, attacker, share(0.5)),
    floodByPolling(target, share(0.2)),
    sendHugeFrames(target, HUGE_FRAMES),
  ])
  const sum = (what: keyof FloodCounts) => attacks.reduce((total, counts) => total + counts[what], 0)
  return { sent: sum('sent'), answered: sum('answered'), refused: sum('refused'), silent: sum('silent') }
}

/** An agent that behaves, with jobs that must stay as they are. */
async function greetHonestAgent(rig: FloodRig) {
  const { key, vault } = await rig.enroll('honest')
  const names = Array.from(
    { length: 20 },
    (_, number) => [`${number}.jpg`, { content: `${number}` }] as const,
  )
  vault.tree = { '': Object.fromEntries(names) }
  await vault.scan()
  const jobs = await jobsOf(rig)
  return { agent: await rig.greet(key), jobs }
}

const jobsOf = (rig: FloodRig) =>
  rig.db.selectFrom('job').select(['id', 'kind', 'state']).orderBy('id').execute()

/** An agent and a person who go on as ever beside the flood. Every question must be answered. */
class Neighbours implements Disposable {
  readonly #agent: TestAgent
  readonly #api: ApiClient
  readonly #loop: Promise<void>
  #isOver = false
  #worstMs = 0
  #asked = 0

  constructor(agent: TestAgent, api: ApiClient) {
    this.#agent = agent
    this.#api = api
    this.#loop = this.#run()
    this.#loop.catch(() => undefined)
  }

  /** @throws whatever a question was refused with */
  async stop(): Promise<{ worstMs: number; asked: number }> {
    this.#isOver = true
    await this.#loop
    return { worstMs: this.#worstMs, asked: this.#asked }
  }

  [Symbol.dispose](): void {
    this.#isOver = true
  }

  async #run(): Promise<void> {
    while (!this.#isOver) {
      await this.#timed(async () => {
        const asked = await this.#ask('lease.request', { slots: [{ capability: 'ingest', count: 2 }] })
        await this.#ask('job.release', { leases: (asked as { leases: unknown }).leases, reason: 'test' })
      })
      await this.#timed(() => this.#api.get('/api/jobs/summary'))
      await this.#timed(() => this.#api.get('/api/health'))
    }
  }

  async #ask(event: AgentEvent, message: unknown): Promise<unknown> {
    const answer: unknown = await this.#agent.socket.timeout(ANSWER_LIMIT_MS).emitWithAck(event, message)
    const reply = Reply.parse(answer)
    if (!reply.ok) throw new Error(`"${event}" was refused: ${reply.error.message}`)
    return reply.value
  }

  async #timed(work: () => Promise<unknown>): Promise<void> {
    const startedAt = performance.now()
    await work()
    this.#worstMs = Math.max(this.#worstMs, performance.now() - startedAt)
    this.#asked += 1
  }
}
