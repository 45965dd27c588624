import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { openCage } from '../../agents/cage/open-cage.ts'
import type { KnownModel } from '../../agents/vision/models/examine-models.ts'
import { type SessionCounts, sessionCounts } from '../../agents/vision/session/session-counts.ts'
import { AgentConfig } from '../../config/agent-config.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { describeMachine } from './machine.ts'
import { type AgentRun, BenchAgent } from './vision/agent-run.ts'
import { makePreviews, type Previews } from './vision/previews.ts'

/** Of the bare session's pictures a second. */
const RATE_GOAL = '≥ 0.9'
/** Part whose session is the yardstick: the one that every picture goes through. */
const mainPart = { detect: 'detector', segment: 'detector', embed: 'image', faces: 'detector' } as const

type BareRun = { picturesPerSecond: number; cpuMsPerPicture: number }

/**
 * B14 and B15: pictures a second through the agent beside the bare session in turns, for each model that lies in a
 * folder; time of each stage, peak memory, bytes that travel. `--sweep` tries sessions and threads, and batches.
 */
export async function benchVision(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      models: { type: 'string' },
      only: { type: 'string', multiple: true },
      pictures: { type: 'string', default: '300' },
      runs: { type: 'string', default: '3' },
      sweep: { type: 'boolean', default: false },
    },
  })
  const [pictures, runs] = [Number(values.pictures), Number(values.runs)]
  if (values.models === undefined) {
    throw new RangeError('--models FOLDER is needed: a models folder, such as that in a data folder')
  }
  if (!Number.isInteger(pictures) || pictures < 1 || !Number.isInteger(runs) || runs < 1) {
    throw new RangeError('--pictures and --runs must be whole numbers above 0')
  }
  console.log(describeMachine())
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  try {
    const previews = await makePreviews(folder, pictures)
    const bytes = previews.files.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0) / pictures
    console.log(`${pictures} previews of 1440 x 1080 pixels, ${(bytes / 1_000).toFixed(0)} kB each`)
    const bench = { modelsFolder: values.models, only: values.only, previews, runs }
    if (values.sweep) return await sweep(bench)
    for (const result of await compare(bench)) console.log(formatResult(result))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Bench = { modelsFolder: string; only: string[] | undefined; previews: Previews; runs: number }

async function startAgent(
  { modelsFolder, previews }: Bench,
  counts: Pick<SessionCounts, 'sessions' | 'threads'> = sessionCounts('cpu', cpus().length),
  maxBatch?: number,
): Promise<BenchAgent> {
  const config = AgentConfig.shape.vision.parse({ providers: ['cpu'], ...(maxBatch && { maxBatch }) })
  return await BenchAgent.start({ cage: await openCage(), modelsFolder, config, counts }, previews)
}

function chosen(agent: BenchAgent, { only }: Bench): KnownModel[] {
  const models = agent.models().filter(({ card }) => only === undefined || only.includes(card.id))
  if (models.length === 0) throw new RangeError('There is no such model that can be run in this folder')
  return models
}

async function compare(bench: Bench): Promise<BenchResult[]> {
  const counts = sessionCounts('cpu', cpus().length)
  const results: BenchResult[] = []
  const agent = await startAgent(bench, counts)
  try {
    const models = chosen(agent, bench)
    for (const model of models) {
      const { id, task } = model.card
      const pairs: { bare: BareRun; run: AgentRun }[] = []
      for (let at = 1; at <= bench.runs; at += 1) {
        const bare = await runBare(model, counts, bench.previews.files.length)
        const run = await agent.run(task, model.key, bench.previews.files)
        pairs.push({ bare, run })
        console.log(`${id} ${at}: ${describeRun(bare, run)}`)
      }
      const last = pairs.at(-1)!.run
      results.push(...judge(id, pairs), {
        bench: 'B14',
        metric: `${id}: result`,
        value: last.resultBytes,
        unit: 'bytes',
      })
    }
    results.push(...(await judgeWire(models, bench)))
  } finally {
    await agent.stop()
  }
  return results
}

function judge(id: string, pairs: readonly { bare: BareRun; run: AgentRun }[]): BenchResult[] {
  return [
    {
      bench: 'B15',
      metric: `${id}: pictures through the agent`,
      value: median(pairs.map(({ run }) => run.picturesPerSecond)),
      unit: 'pictures/s',
      yardstick: median(pairs.map(({ bare }) => bare.picturesPerSecond)),
      ratio: median(pairs.map(({ run, bare }) => run.picturesPerSecond / bare.picturesPerSecond)),
      goal: RATE_GOAL,
    },
    {
      bench: 'B15',
      metric: `${id}: processor time`,
      value: median(pairs.map(({ run }) => run.cpuMsPerPicture)),
      unit: 'ms/picture',
      yardstick: median(pairs.map(({ bare }) => bare.cpuMsPerPicture)),
    },
    {
      bench: 'B15',
      metric: `${id}: peak memory`,
      value: Math.max(...pairs.map(({ run }) => run.peakBytes)) / 1024 ** 2,
      unit: 'MB',
    },
  ]
}

/** All models, one picture after the other, as fresh previews: its bytes travel once. */
async function judgeWire(models: readonly KnownModel[], bench: Bench): Promise<BenchResult[]> {
  const { previews } = bench
  const files = previews.files.slice(0, 20)
  const fresh = await startAgent(bench)
  const before = previews.fetchedBytes()
  let results = 0
  try {
    for (const file of files) {
      const looks = models.map(({ card, key }) => fresh.look(card.task, key, file))
      for (const result of await Promise.all(looks)) results += Buffer.byteLength(JSON.stringify(result))
    }
  } finally {
    await fresh.stop()
  }
  return [
    {
      bench: 'B14',
      metric: `previews to the agent, for ${models.length} models`,
      value: (previews.fetchedBytes() - before) / files.length,
      unit: 'bytes/picture',
      goal: '≤ 130000',
    },
    {
      bench: 'B14',
      metric: `results from the agent, for ${models.length} models`,
      value: results / files.length,
      unit: 'bytes/picture',
    },
  ]
}

async function sweep(bench: Bench): Promise<void> {
  const cores = cpus().length
  const combinations = [1, 2, 4, 8]
    .filter((sessions) => sessions <= cores)
    .flatMap((sessions) =>
      [...new Set([1, Math.ceil(cores / sessions), cores])].map((threads) => ({ sessions, threads })),
    )
  for (const counts of combinations) {
    for (const maxBatch of [1, 4, 16]) {
      const agent = await startAgent(bench, counts, maxBatch)
      try {
        for (const { card, key } of chosen(agent, bench)) {
          const run = await agent.run(card.task, key, bench.previews.files)
          const { sessions, threads } = counts
          console.log(
            `${card.id}: ${sessions} sessions × ${threads} threads, batch ≤ ${maxBatch}: ${describeAgent(run)}`,
          )
        }
      } finally {
        await agent.stop()
      }
    }
  }
}

async function runBare(
  { manifest, folder, card }: KnownModel,
  { sessions, threads }: { sessions: number; threads: number },
  runs: number,
): Promise<BareRun> {
  const part = manifest.parts[mainPart[card.task]] ?? manifest.parts.encoder
  if (part === undefined) throw new Error(`${card.id} has no part to be measured`)
  const setup = {
    path: join(folder, part.file),
    options: { provider: 'cpu', threads },
    inputPx: part.inputPx ?? null,
    ...{ sessions, runs },
  }
  const script = join(import.meta.dirname, 'vision', 'bare-session.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(setup)])
  return z.object({ picturesPerSecond: z.number(), cpuMsPerPicture: z.number() }).parse(JSON.parse(stdout))
}

function describeRun(bare: BareRun, run: AgentRun): string {
  return `bare ${bare.picturesPerSecond.toFixed(1)}/s, ${bare.cpuMsPerPicture.toFixed(1)} CPU-ms; agent ${describeAgent(run)}`
}

function describeAgent({ picturesPerSecond, cpuMsPerPicture, stagesMs, batch, peakBytes }: AgentRun): string {
  const stages = Object.entries(stagesMs).map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
  return `${picturesPerSecond.toFixed(1)}/s, ${cpuMsPerPicture.toFixed(1)} CPU-ms, batch ${batch}, ${(peakBytes / 1024 ** 2).toFixed(0)} MB (${stages.join(', ')} ms)`
}
