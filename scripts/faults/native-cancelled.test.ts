import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CancelledContext, UnansweredContext, UnansweredScanContext } from './testing/native-cancelled-job.ts'
import { deadDisk, deadDiskMissing } from './testing/native-dead-disk.ts'
import { runningWith, SLEEPER } from './testing/native-processes.ts'
import { ffmpegMissing, type NativeVault, nativeVault, whoDecodes, whoReads } from './testing/native-vault.ts'
import { until } from './testing/until.ts'

/** What a cancelled job is promised. */
const STOP_LIMIT_MS = 1_000
const BEGIN_LIMIT_MS = 30_000

let vault: NativeVault
let disk: Awaited<ReturnType<typeof deadDisk>> | undefined
beforeAll(async () => {
  disk = deadDiskMissing ? undefined : await deadDisk('dead')
  vault = await nativeVault(disk ? [disk.path] : [], { readers: 2 })
})
afterAll(async () => {
  await vault[Symbol.asyncDispose]()
  await disk?.[Symbol.asyncDispose]()
})

type Phase = {
  name: string
  missing?: string | undefined
  context?: () => CancelledContext
  /** Starts the job. */
  start: (context: CancelledContext) => Promise<unknown>
  /** Resolves when it is in that phase. */
  reached: (context: CancelledContext) => Promise<unknown>
}

const ingest = (name: string) => (context: CancelledContext) => vault.ingest(name, undefined, context)
const scan = (root: string, context: CancelledContext) =>
  vault.vault.handlers['library.scan']!({ libraryId: 1, root, ignoreGlobs: [] }, context)
const inVault = (name: string) => join(vault.folder, name)

const phases: Phase[] = [
  {
    name: 'a reader hashes',
    start: ingest('long.mov'),
    reached: () => whoReads(inVault('long.mov'), 'reader'),
  },
  { name: 'a reader decodes', start: ingest('slow.png'), reached: whoDecodes },
  {
    name: 'ExifTool reads',
    start: ingest('tags.xmp'),
    reached: () => whoReads(inVault('tags.xmp'), 'ExifTool'),
  },
  ...(['ffmpeg', 'ffprobe'] as const).map((program) => ({
    name: `${program} works`,
    missing: ffmpegMissing,
    start: async (context: CancelledContext) => {
      await vault.putToSleep(program, true)
      await vault.ingest('good.mp4', undefined, context)
    },
    reached: async () => {
      await until(`${program} sleeps`, BEGIN_LIMIT_MS, () => runningWith(SLEEPER).length > 0)
      await vault.putToSleep(program, false)
    },
  })),
  {
    name: 'it waits for a reader',
    start: (context) => {
      for (const busy of ['long.mov', 'slow.png']) ingest(busy)(context).catch(() => undefined)
      return ingest('good.jpg')(context)
    },
    reached: () => whoReads(inVault('long.mov'), 'reader'),
  },
  {
    name: 'a part of a scan waits for its answer',
    context: () => new UnansweredScanContext(),
    start: (context) => scan(vault.folder, context),
    reached: (context) => (context as UnansweredScanContext).asked(),
  },
  {
    name: 'pictures are sent to a coordinator that does not answer',
    context: () => new UnansweredContext(),
    start: ingest('good.jpg'),
    reached: (context) => (context as UnansweredContext).asked(),
  },
  {
    name: 'a reader and ExifTool hang in a dead disk',
    missing: deadDiskMissing,
    start: (context) => vault.ingest('dead.jpg', disk!.path, context),
    reached: () => whoReads(join(disk!.path, 'dead.jpg'), 'ExifTool'),
  },
  {
    name: 'a scan hangs in a dead disk',
    missing: deadDiskMissing,
    start: (context) => scan(disk!.path, context),
    reached: () => whoReads(disk!.path, 'scan'),
  },
]

for (const { name, missing, context: createContext, start, reached } of phases) {
  const title = `a job that is cancelled while ${name} stops within a second, and the next file is read`
  test.skipIf(missing !== undefined)(missing ? `${title} (${missing})` : title, async () => {
    const context = createContext?.() ?? new CancelledContext()
    const job = start(context)
    const early = job.then(() => Promise.reject(new Error('The job ended before it could be cancelled')))
    await Promise.race([reached(context), early])
    const startedAt = performance.now()
    context.cancel()
    await expect(job).rejects.toThrow('cancelled')
    const tookMs = performance.now() - startedAt
    expect(tookMs).toBeLessThan(STOP_LIMIT_MS)
    process.stdout.write(`R9 cancelled while ${name}: ${tookMs.toFixed(0)} ms\n`)
    expect((await vault.ingest('good.jpg')).metadata).not.toBeNull()
    await until('nothing is left', BEGIN_LIMIT_MS, async () => (await vault.leftOver()).length === 0)
    expect(runningWith(SLEEPER)).toEqual([])
  })
}
