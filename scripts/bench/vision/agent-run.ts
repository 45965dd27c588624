import { readFile } from 'node:fs/promises'
import { pino } from 'pino'
import type { Cage } from '../../../agents/cage/cage.ts'
import type { JobHandlers } from '../../../agents/runtime/job-handler.ts'
import type { KnownModel } from '../../../agents/vision/models/examine-models.ts'
import { Vision } from '../../../agents/vision/vision.ts'
import type { AgentConfig } from '../../../config/agent-config.ts'
import type { ModelKey, StageTimes, VisionTask } from '../../../protocol/models.ts'
import type { InputFile } from '../../../protocol/sources.ts'
import { parseStat } from '../process-usage.ts'
import type { Previews } from './previews.ts'

/** As `npm start` has it: more than the model takes together. */
const AT_ONCE = 8
/** Looked at before the time is taken: until then V8 has not compiled what every picture goes through. */
const WARM_UP = 16

/** What every look gives: a result as it would be reported. */
type LookResult = { problem: string | null; stagesMs: StageTimes; batch: number }

/** A model that looks at each picture. */
export type Looker = { task: VisionTask; key: ModelKey }

/** What is said of a picture is said of all looks at it together. */
export type AgentRun = {
  picturesPerSecond: number
  /** Of the process that runs models. */
  cpuMsPerPicture: number
  /** Of the agent itself, with what stands for the coordinator. */
  agentCpuMsPerPicture: number
  peakBytes: number
  stagesMs: StageTimes
  batch: number
  /** Of a picture as it travels to the agent (the median), and of its results as they travel from it. */
  fetchedBytes: number
  resultBytes: number
}

export type AgentOptions = {
  cage: Cage
  modelsFolder: string
  config: AgentConfig['vision']
  counts: { sessions: number; threads: number }
}

/**
 * The agent from the preview's bytes to the result that would be reported: registry, handlers, the process that runs
 * models, in its cage. Leases and reports are measured elsewhere (B7 to B9).
 */
export class BenchAgent {
  readonly #vision: Vision
  readonly #handlers: JobHandlers
  readonly #previews: Previews

  private constructor(vision: Vision, previews: Previews) {
    this.#vision = vision
    this.#previews = previews
    const prover = { fail: async () => {}, isStillGood: async () => true, untilTried: async () => {} }
    this.#handlers = vision.handlers(async () => ({ http: previews.http, book: undefined as never, prover }))
  }

  static async start(options: AgentOptions, previews: Previews): Promise<BenchAgent> {
    const vision = new Vision({ ...options, log: pino({ level: 'warn' }) })
    await vision.start()
    return new BenchAgent(vision, previews)
  }

  models(): readonly KnownModel[] {
    return this.#vision.models.filter(({ state }) => state === 'ready')
  }

  async #look({ task, key: model }: Looker, file: InputFile): Promise<LookResult> {
    const context = {
      signal: new AbortController().signal,
      ref: { jobId: file.fileId, fencingToken: 1 },
      log: pino({ level: 'silent' }),
      reportProgress: () => {},
      sendChunk: async () => undefined,
      storeDerived: async () => {},
    }
    const input = { model, file }
    if (task === 'segment') {
      const boxes = [{ detectionId: 1, box: [0.2, 0.2, 0.5, 0.5] as [number, number, number, number] }]
      return await this.#handlers['asset.segment']!({ ...input, boxes }, context)
    }
    return await this.#handlers[`asset.${task}`]!(input, context)
  }

  /** Shows so many pictures, which nobody has seen, to all of these models. */
  async run(lookers: readonly Looker[], count: number): Promise<AgentRun> {
    await this.#show(lookers, this.#previews.take(WARM_UP))
    const files = this.#previews.take(count)
    const pid = this.#vision.host.pid!
    const cpuBefore = await cpuMsOf(pid)
    const ownBefore = process.cpuUsage()
    const startedAt = performance.now()
    const results = await this.#show(lookers, files)
    const seconds = (performance.now() - startedAt) / 1_000
    const own = process.cpuUsage(ownBefore)
    const failed = results.find(({ problem }) => problem !== null)
    if (failed) throw new Error(`A picture could not be looked at: ${failed.problem}`)
    const mean = (read: (result: (typeof results)[number]) => number) =>
      results.reduce((sum, result) => sum + read(result), 0) / count
    return {
      picturesPerSecond: count / seconds,
      cpuMsPerPicture: ((await cpuMsOf(pid)) - cpuBefore) / count,
      agentCpuMsPerPicture: (own.user + own.system) / 1_000 / count,
      fetchedBytes: this.#previews.fetchedBytes(),
      peakBytes: await peakBytesOf(pid),
      stagesMs: {
        fetch: mean(({ stagesMs }) => stagesMs.fetch),
        decode: mean(({ stagesMs }) => stagesMs.decode),
        prepare: mean(({ stagesMs }) => stagesMs.prepare),
        infer: mean(({ stagesMs }) => stagesMs.infer),
        read: mean(({ stagesMs }) => stagesMs.read),
      },
      batch: Math.max(...results.map(({ batch }) => batch)),
      resultBytes: mean((result) => Buffer.byteLength(JSON.stringify(result))),
    }
  }

  async #show(lookers: readonly Looker[], files: readonly InputFile[]): Promise<LookResult[]> {
    const results: LookResult[] = []
    let next = 0
    const work = async () => {
      while (next < files.length) {
        const file = files[next++]!
        results.push(...(await Promise.all(lookers.map((looker) => this.#look(looker, file)))))
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, work))
    return results
  }

  async stop(): Promise<void> {
    await this.#vision.stop()
  }
}

async function cpuMsOf(pid: number): Promise<number> {
  return parseStat(await readFile(`/proc/${pid}/stat`, 'latin1')).cpuMs
}

async function peakBytesOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'latin1')
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1_024
}
