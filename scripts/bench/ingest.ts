import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { buildWeb } from '../build-web.ts'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import type { PostgresServer } from '../test/postgres-server.ts'
import { startPrivatePostgres } from '../test/private-postgres.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { type IngestRun, runHandLoop, runHearth, watchGallery } from './ingest-runs.ts'
import { describeMachine } from './machine.ts'

type Engine = 'embedded' | 'server'

const goals = {
  rate: { embedded: '≥ 0.75', server: '≥ 0.8' },
  cpu: '≤ 1.2',
  reads: '≤ 1.15',
  firstThumbnailSeconds: '< 3',
  hundredthThumbnailSeconds: '< 10',
  loopP99Ms: '< 20',
  loopMaxMs: '< 100',
} as const

/**
 * B1, B6, B12 and B16 during ingest: Hearth end to end beside a loop written by hand, over the same files in
 * the same run. Prints what it does, then one JSON line per result.
 */
export async function benchIngest(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      files: { type: 'string', default: '300' },
      runs: { type: 'string', default: '5' },
      database: { type: 'string', default: 'both' },
      seed: { type: 'string', default: '1' },
    },
  })
  const [files, runs] = [Number(values.files), Number(values.runs)]
  if (!Number.isInteger(files) || files < 1 || !Number.isInteger(runs) || runs < 1) {
    throw new RangeError('--files and --runs must be whole numbers above 0')
  }
  if (!['embedded', 'server', 'both'].includes(values.database)) {
    throw new RangeError('--database must be embedded, server or both')
  }
  const engines = (['embedded', 'server'] as const).filter((name) => [name, 'both'].includes(values.database))
  console.log(describeMachine())
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  let postgres: PostgresServer | undefined
  try {
    const photos = join(folder, 'photos')
    const paths = await generatePhotos({ folder: photos, count: files, seed: Number(values.seed) })
    const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size))
    const totalBytes = sizes.reduce((sum, size) => sum + size, 0)
    console.log(`${files} photos of 12 megapixels, ${(totalBytes / files / 1e6).toFixed(2)} MB each`)
    await writeFile(join(folder, 'list.json'), JSON.stringify(paths))
    await buildWeb()
    if (engines.includes('server')) postgres = await startPrivatePostgres({ durable: true })

    const results: BenchResult[] = []
    const ingestRuns = await alternate({ folder, photos, files, runs, engines, postgres })
    for (const engine of engines) results.push(...judgeRuns(engine, ingestRuns, totalBytes))
    for (const engine of engines) {
      const gallery = await watchGallery({ folder, photos, files, postgres: postgresFor(engine, postgres) })
      results.push(...judgeGallery(engine, gallery))
    }
    for (const result of results) console.log(formatResult(result))
  } finally {
    await postgres?.stop()
    await rm(folder, { recursive: true, force: true })
  }
}

type Runs = { loops: IngestRun[]; hearth: Record<Engine, IngestRun[]> }

/** Turn by turn, so that whatever slows the machine slows both sides. */
async function alternate(options: {
  folder: string
  photos: string
  files: number
  runs: number
  engines: readonly Engine[]
  postgres: PostgresServer | undefined
}): Promise<Runs> {
  const { folder, photos, files, runs, engines, postgres } = options
  const all: Runs = { loops: [], hearth: { embedded: [], server: [] } }
  for (let run = 1; run <= runs; run += 1) {
    const loop = await runHandLoop(join(folder, 'list.json'), files)
    all.loops.push(loop)
    console.log(`run ${run}: loop ${describeRun(loop)}`)
    for (const engine of engines) {
      const hearth = await runHearth({ folder, photos, files, postgres: postgresFor(engine, postgres) })
      all.hearth[engine].push(hearth)
      console.log(`run ${run}: ${engine} ${describeRun(hearth)}`)
    }
  }
  return all
}

function judgeRuns(engine: Engine, { loops, hearth }: Runs, totalBytes: number): BenchResult[] {
  const runs = hearth[engine]
  const pick = (read: (run: IngestRun) => number, from = runs) => median(from.map(read))
  const ratio = (read: (run: IngestRun) => number) =>
    median(runs.map((run, at) => read(run) / read(loops[at]!)))
  return [
    {
      bench: 'B1',
      metric: `ingest rate, ${engine}`,
      value: pick((run) => run.filesPerSecond),
      unit: 'files/s',
      yardstick: pick((run) => run.filesPerSecond, loops),
      ratio: ratio((run) => run.filesPerSecond),
      goal: goals.rate[engine],
    },
    {
      bench: 'B1',
      metric: `processor time, ${engine}`,
      value: pick((run) => run.cpuMsPerFile),
      unit: 'ms/file',
      yardstick: pick((run) => run.cpuMsPerFile, loops),
      ratio: ratio((run) => run.cpuMsPerFile),
      goal: goals.cpu,
    },
    {
      bench: 'B6',
      metric: `bytes read by the vault, ${engine}`,
      value: pick((run) => run.vaultReadBytes),
      unit: 'bytes',
      yardstick: totalBytes,
      goal: goals.reads,
    },
  ]
}

function judgeGallery(engine: Engine, seen: Awaited<ReturnType<typeof watchGallery>>): BenchResult[] {
  const seconds = (metric: string, value: number | undefined, goal: string): BenchResult[] =>
    value === undefined ? [] : [{ bench: 'B12', metric: `${metric}, ${engine}`, value, unit: 's', goal }]
  return [
    ...seconds('first thumbnail', seen.firstThumbnailSeconds, goals.firstThumbnailSeconds),
    ...seconds('100th thumbnail', seen.hundredthThumbnailSeconds, goals.hundredthThumbnailSeconds),
    {
      bench: 'B16',
      metric: `event loop delay p99 during ingest, ${engine}`,
      value: seen.loop.p99Ms,
      unit: 'ms',
      goal: goals.loopP99Ms,
    },
    {
      bench: 'B16',
      metric: `event loop delay max during ingest, ${engine}`,
      value: seen.loop.maxMs,
      unit: 'ms',
      goal: goals.loopMaxMs,
    },
  ]
}

function postgresFor(engine: Engine, postgres: PostgresServer | undefined): PostgresServer | undefined {
  return engine === 'server' ? postgres : undefined
}

function describeRun({ filesPerSecond, cpuMsPerFile, usage }: IngestRun): string {
  const classes = Object.entries(usage)
    .map(([name, { cpuMs, readBytes }]) => `${name} ${cpuMs} ms, ${(readBytes / 1e6).toFixed(1)} MB read`)
    .join('; ')
  return `${filesPerSecond.toFixed(1)} files/s, ${cpuMsPerFile.toFixed(1)} CPU-ms/file (${classes})`
}
