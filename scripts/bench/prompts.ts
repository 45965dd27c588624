import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'
import { z } from 'zod'
import { generatePhotos } from '../fixtures/generate-photos.ts'
import { seededRandom } from '../fixtures/seeded-random.ts'
import { ApiClient } from '../start/testing/api-client.ts'
import { type BenchResult, formatResult, median } from './bench-line.ts'
import { HearthProcess } from './hearth-process.ts'
import { describeMachine } from './machine.ts'
import { Backfill, readDetecting } from './prompts/backfill.ts'
import { ClickRun } from './prompts/click-run.ts'
import { DECODER_FILE, PROMPTER_ID, writeSizedModels } from './prompts/write-sized-models.ts'

const PASSWORD = 'only for this benchmark'
const GOAL = '< 300'
const LOOK_MS = 250
const START_LIMIT_MS = 180_000
/** A camera's picture that is as large as its preview: here nothing is measured of reading originals. */
const PHOTO = { widthPx: 1_440, heightPx: 1_080, quality: 80 }

/**
 * `npm run bench -- prompts [--pictures N] [--clicks N] [--photos N]`: how long a person who points at something waits
 * for its outline, over the HTTP API of a whole Hearth: the first click in a picture, and later ones; while nothing else
 * runs, and while all pictures are being looked at. The models have MobileSAM's size and are made of random numbers.
 */
export async function benchPrompts(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: {
      pictures: { type: 'string', default: '3' },
      clicks: { type: 'string', default: '20' },
      photos: { type: 'string', default: '150' },
    },
  })
  const sizes = z
    .object({
      pictures: z.coerce.number().int().min(1),
      clicks: z.coerce.number().int().min(1),
      photos: z.coerce.number().int().min(1),
    })
    .refine(
      ({ pictures, photos }) => pictures * 2 <= photos,
      'There must be twice as many photos as pictures',
    )
    .parse(values)
  console.log(describeMachine())
  const folder = await mkdtemp(join(tmpdir(), 'hearth-bench-'))
  try {
    for (const result of await measure(folder, sizes)) console.log(formatResult(result))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  console.log(describeMachine())
}

type Sizes = { pictures: number; clicks: number; photos: number }

async function measure(folder: string, { pictures, clicks, photos }: Sizes): Promise<BenchResult[]> {
  const [data, models] = [join(folder, 'data'), join(folder, 'data', 'models')]
  const parameters = await writeSizedModels(models)
  console.log(`millions of parameters: ${describeParameters(parameters)}`)
  await generatePhotos({ folder: join(folder, 'photos'), count: photos, ...PHOTO })
  const bareMs = await runBareDecoder(join(models, PROMPTER_ID, DECODER_FILE), clicks)
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, PASSWORD)
  const hearth = new HearthProcess(
    [
      ...[join(folder, 'photos'), '--data', data, '--port', '0', '--log-level', 'warn'],
      ...['--admin-name', 'bench', '--admin-password-file', passwordFile],
    ],
    undefined,
  )
  try {
    const api = new ApiClient(new URL(await hearth.serving).origin)
    await api.signIn('bench', PASSWORD)
    await untilAllLookedAt(api, photos)
    const { items } = await api.get<{ items: { id: number }[] }>(`/api/assets?limit=${pictures * 2}`)
    const ids = items.map(({ id }) => id)
    const random = seededRandom(1)
    const quiet = await new ClickRun(api, random).run(ids.slice(0, pictures), clicks)
    await using backfill = new Backfill(api)
    await backfill.untilRunning()
    const before = backfill.looks
    const startedAt = performance.now()
    const busy = await new ClickRun(api, random).run(ids.slice(pictures), clicks)
    const rate = (backfill.looks - before) / ((performance.now() - startedAt) / 1_000)
    return [
      ...judge('nothing else runs', quiet, bareMs),
      ...judge('during a backfill', busy, bareMs),
      { bench: 'prompts', metric: 'pictures of the backfill meanwhile', value: rate, unit: 'pictures/s' },
    ]
  } finally {
    await hearth.stop()
  }
}

function describeParameters(parameters: Record<string, number>): string {
  return Object.entries(parameters)
    .map(([name, count]) => `${name} ${(count / 1e6).toFixed(1)}`)
    .join(', ')
}

function judge(
  when: string,
  { firstMs, laterMs }: { firstMs: number[]; laterMs: number[] },
  bareMs: readonly number[],
): BenchResult[] {
  const line = (metric: string, value: number, more: Partial<BenchResult> = {}): BenchResult => ({
    ...{ bench: 'prompts', metric: `${metric}, ${when}`, value, unit: 'ms' },
    ...more,
  })
  return [
    line('first click in a picture', median(firstMs)),
    line('later click p50', median(laterMs), { yardstick: median(bareMs) }),
    line('later click p95', quantile(laterMs, 0.95), { goal: GOAL }),
    line('later click, longest', Math.max(...laterMs)),
  ]
}

function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((one, other) => one - other)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
}

async function runBareDecoder(path: string, runs: number): Promise<number[]> {
  const script = join(import.meta.dirname, 'prompts', 'bare-decoder.ts')
  const { stdout } = await promisify(execFile)(process.execPath, [script, path, String(runs)])
  return z.array(z.number()).parse(JSON.parse(stdout))
}

async function untilAllLookedAt(api: ApiClient, photos: number): Promise<void> {
  const endsAt = performance.now() + START_LIMIT_MS
  for (;;) {
    const { done, open } = await readDetecting(api)
    if (done >= photos && open === 0) return
    if (performance.now() > endsAt)
      throw new Error(`Only ${done} of ${photos} pictures were looked at within ${START_LIMIT_MS / 1_000} s`)
    await sleep(LOOK_MS)
  }
}
