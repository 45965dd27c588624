import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { openCage } from '../../agents/cage/open-cage.ts'
import { mainPart } from '../../agents/vision/counts/looker-files.ts'
import { possibleCounts, usualCounts } from '../../agents/vision/counts/session-counts.ts'
import type { KnownModel } from '../../agents/vision/models/examine-models.ts'
import { AgentConfig } from '../../config/agent-config.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { describeMachine } from './machine.ts'
import { type AgentRun, BenchAgent } from './vision/agent-run.ts'
import { makePreviews, type Previews } from './vision/previews.ts'
import { type BareRun, type Measured, rateRatio, type Turn, visionTable } from './vision/vision-table.ts'

/** Of the bare session's pictures a second. */
const RATE_GOAL = '≥ 0.9'
/** Bytes of pictures that travel for all looks at one. */
const UP_GOAL = '≤ 130000'
/** Part whose session is the yardstick: the one that every picture goes through. */

/**
 * B14 and B15: pictures a second through the agent beside the bare session in turns, for each model that lies in a
 * folder, and for all of them at each picture; time of each stage, peak memory, bytes that travel. `--sweep` tries sessions
 * and threads, and batches.
 */
export async function benchVision(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      models: { type: 'string' },
      only: { type: 'string', multiple: true },
      photos: { type: 'string' },
      pictures: { type: 'string', default: '200' },
      runs: { type: 'string', default: '2' },
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
    const previews = await makePreviews(folder, pictures, values.photos)
    console.log(
      `${pictures} pictures at a time; the preview of a photo has ${(previews.previewBytes / 1_000).toFixed(0)} kB (median)`,
    )
    const bench = { modelsFolder: values.models, only: values.only, previews, pictures, runs }
    if (values.sweep) return await sweep(bench)
    const measured = await compare(bench)
    console.log(visionTable(measured))
    for (const result of measured.flatMap(judge)) console.log(formatResult(result))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

type Bench = {
  modelsFolder: string
  only: string[] | undefined
  previews: Previews
  pictures: number
  runs: number
}

async function startAgent(
  { modelsFolder, previews }: Bench,
  counts = usualCounts('cpu', cpus().length),
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

async function compare(bench: Bench): Promise<Measured[]> {
  const first = await startAgent(bench)
  const models = chosen(first, bench)
  await first.stop()
  const measured: Measured[] = []
  for (const model of models) measured.push(await measure(model.card.id, [model], bench))
  // As a library is worked through: one picture is fetched and decoded for all that look at it.
  if (models.length > 1) measured.push(await measure(`all ${models.length}`, models, bench))
  return measured
}

/** In a process of its own, so that its memory is its own. */
async function measure(name: string, models: readonly KnownModel[], bench: Bench): Promise<Measured> {
  const counts = usualCounts('cpu', cpus().length)
  const agent = await startAgent(bench, counts)
  const lookers = models.map(({ card, key }) => ({ task: card.task, key }))
  const turns: Turn[] = []
  try {
    for (let at = 1; at <= bench.runs; at += 1) {
      const alone: BareRun[] = []
      for (const model of models) alone.push(await runBare(model, counts, bench.pictures))
      const bare = oneAfterTheOther(alone)
      const run = await agent.run(lookers, bench.pictures)
      turns.push({ bare, run })
      console.log(`${name} ${at}: bare ${bare.picturesPerSecond.toFixed(1)}/s; agent ${describeAgent(run)}`)
    }
  } finally {
    await agent.stop()
  }
  return { name, turns }
}

/** What several sessions do that take turns at each picture. */
function oneAfterTheOther(runs: readonly BareRun[]): BareRun {
  return {
    picturesPerSecond: 1 / runs.reduce((sum, { picturesPerSecond }) => sum + 1 / picturesPerSecond, 0),
    cpuMsPerPicture: runs.reduce((sum, { cpuMsPerPicture }) => sum + cpuMsPerPicture, 0),
  }
}

function judge({ name, turns }: Measured): BenchResult[] {
  return [
    {
      bench: 'B15',
      metric: `${name}: pictures through the agent`,
      value: median(turns.map(({ run }) => run.picturesPerSecond)),
      unit: 'pictures/s',
      yardstick: median(turns.map(({ bare }) => bare.picturesPerSecond)),
      ratio: rateRatio(turns),
      goal: RATE_GOAL,
    },
    {
      bench: 'B14',
      metric: `${name}: pictures to the agent`,
      value: median(turns.map(({ run }) => run.fetchedBytes)),
      unit: 'bytes/picture',
      goal: UP_GOAL,
    },
    {
      bench: 'B14',
      metric: `${name}: results from the agent`,
      value: median(turns.map(({ run }) => run.resultBytes)),
      unit: 'bytes/picture',
    },
  ]
}

async function sweep(bench: Bench): Promise<void> {
  for (const counts of possibleCounts('cpu', cpus().length)) {
    for (const maxBatch of [1, 4, 16]) {
      const agent = await startAgent(bench, counts, maxBatch)
      try {
        for (const { card, key } of chosen(agent, bench)) {
          const run = await agent.run([{ task: card.task, key }], bench.pictures)
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

function describeAgent({ picturesPerSecond, cpuMsPerPicture, stagesMs, batch, peakBytes }: AgentRun): string {
  const stages = Object.entries(stagesMs).map(([name, ms]) => `${name} ${ms.toFixed(1)}`)
  return `${picturesPerSecond.toFixed(1)}/s, ${cpuMsPerPicture.toFixed(1)} CPU-ms, batch ${batch}, ${(peakBytes / 1024 ** 2).toFixed(0)} MB (${stages.join(', ')} ms)`
}
