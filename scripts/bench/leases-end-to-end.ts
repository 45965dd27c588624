import { type ChildProcess, fork } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadAgentKey } from '../../agents/runtime/agent-key.ts'
import type { DatabaseAddress } from '../../coordinator/db/database.ts'
import { bareEmbeddedDatabase } from '../../coordinator/db/testing/embedded-database.ts'
import { type BenchResult, median } from './bench-line.ts'
import type { AgentAnswer } from './queues/agent-process.ts'
import type { HubAnswer } from './queues/hub-process.ts'

const AGENTS = 2
const CONCURRENCY = 20
const SAMPLES = 500
const PAUSE_MS = 5
const WARM_UP_JOBS = 1_000

export type Engine = 'embedded' | 'server'

const goals: Record<Engine, string> = { server: '≥ 3000', embedded: '≥ 1500' }

/**
 * B8: no-op jobs per second through two real agents, and B9: how long from the wish to the start of its handler on
 * an idle agent, each over Socket.IO on loopback, with processes of their own.
 */
export async function benchQueueEndToEnd(
  serverUrl: string,
  engines: readonly Engine[],
  jobs: number,
  runs: number,
): Promise<BenchResult[]> {
  const results: BenchResult[] = []
  for (const engine of engines) {
    await using embedded = engine === 'embedded' ? await bareEmbeddedDatabase() : undefined
    await using fleet = await Fleet.start(embedded?.address ?? { url: serverUrl })
    await fleet.run(WARM_UP_JOBS)
    const rates: number[] = []
    for (let run = 0; run < runs; run += 1) {
      rates.push(await fleet.run(jobs))
      console.log(`through agents, ${engine}`.padEnd(28), `${Math.round(rates.at(-1)!)} jobs/s`)
    }
    const roundTrip = percentile(await fleet.roundTrips(), 0.5)
    const delays = await fleet.delays()
    console.log(
      `pick-up, ${engine}`.padEnd(28),
      `p50 ${percentile(delays, 0.5).toFixed(1)} ms, p95 ${percentile(delays, 0.95).toFixed(1)} ms`,
    )
    results.push(
      {
        bench: 'B8',
        metric: `no-op jobs through ${AGENTS} agents, ${engine}`,
        value: median(rates),
        unit: 'jobs/s',
        goal: goals[engine],
      },
      ...([0.5, 0.95] as const).map((share) => ({
        bench: 'B9',
        metric: `wish → handler runs, ${engine}, p${share * 100}, of which one round trip is ${roundTrip.toFixed(2)} ms`,
        value: percentile(delays, share),
        unit: 'ms',
        goal: share === 0.5 ? '< 10' : '< 25',
      })),
    )
  }
  return results
}

type Ran = Extract<AgentAnswer, { type: 'ran' }>

/** A hub and its agents, each a process. */
class Fleet {
  readonly #folder: string
  readonly #hub: ChildProcess
  readonly #agents: ChildProcess[] = []
  #nextSubject = 1
  #onRan: (answer: Ran) => void = () => {}

  private constructor(folder: string) {
    this.#folder = folder
    this.#hub = forkOurs('hub-process.ts')
  }

  static async start(address: DatabaseAddress): Promise<Fleet> {
    const fleet = new Fleet(await mkdtemp(join(tmpdir(), 'hearth-bench-keys-')))
    const agents = Array.from({ length: AGENTS }, (_, i) => {
      const keyFolder = join(fleet.#folder, `${i}`)
      return { name: `bench ${i}`, keyFolder, publicKey: loadAgentKey(keyFolder).publicKey }
    })
    const listening = next<HubAnswer, 'listening'>(fleet.#hub, 'listening')
    fleet.#hub.send({ type: 'start', address, agents })
    const { url } = await listening
    for (const { keyFolder } of agents) {
      const agent = forkOurs('agent-process.ts')
      agent.send({ type: 'start', url, keyFolder, concurrency: CONCURRENCY })
      agent.on('message', (answer: AgentAnswer) => answer.type === 'ran' && fleet.#onRan(answer))
      fleet.#agents.push(agent)
    }
    return fleet
  }

  /** Queues `count` jobs at once; jobs per second from the last one's queueing to the last one's run. */
  async run(count: number): Promise<number> {
    let left = count
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#onRan = (answer) => {
      left -= answer.jobs
      if (left <= 0) resolve()
    }
    const start = performance.now()
    await this.#enqueue(count)
    await promise
    const seconds = (performance.now() - start) / 1_000
    return count / seconds
  }

  /** From the wish for one job to its handler's start, in ms, while nothing else is to do. */
  async delays(): Promise<number[]> {
    const delays: number[] = []
    for (let i = 0; i < SAMPLES; i += 1) {
      const { promise: ran, resolve } = Promise.withResolvers<Ran>()
      this.#onRan = resolve
      const [{ atNs: from }, { atNs: to }] = await Promise.all([this.#enqueue(1), ran])
      delays.push(Number(BigInt(to) - BigInt(from)) / 1e6)
      await sleep(PAUSE_MS)
    }
    return delays
  }

  async roundTrips(): Promise<number[]> {
    const [agent] = this.#agents
    const answer = next<AgentAnswer, 'roundTrips'>(agent!, 'roundTrips')
    agent!.send({ type: 'roundTrips', count: SAMPLES })
    return (await answer).ms
  }

  async #enqueue(count: number): Promise<Extract<HubAnswer, { type: 'enqueued' }>> {
    const answer = next<HubAnswer, 'enqueued'>(this.#hub, 'enqueued')
    this.#hub.send({ type: 'enqueue', firstSubject: this.#nextSubject, count })
    this.#nextSubject += count
    return await answer
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of [...this.#agents, this.#hub]) child.kill('SIGKILL')
    await rm(this.#folder, { recursive: true, force: true })
  }
}

function forkOurs(name: string): ChildProcess {
  return fork(join(import.meta.dirname, 'queues', name), { execPath: process.execPath })
}

/** The next message of a type. */
function next<A extends { type: string }, T extends A['type']>(
  child: ChildProcess,
  type: T,
): Promise<Extract<A, { type: T }>> {
  return new Promise((resolve, reject) => {
    const listen = (answer: A) => {
      if (answer.type !== type) return
      child.off('message', listen)
      child.off('exit', gone)
      resolve(answer as Extract<A, { type: T }>)
    }
    const gone = (code: number | null) => reject(new Error(`A process of the benchmark ended with ${code}`))
    child.on('message', listen)
    child.once('exit', gone)
  })
}

function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))]!
}
