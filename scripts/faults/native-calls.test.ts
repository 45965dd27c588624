import { stat } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { openCage } from '../../agents/cage/open-cage.ts'
import { OriginalsServer } from '../../agents/vault/bytes/originals-server.ts'
import { RecordingContext } from '../../agents/vault/testing/job-context.ts'
import { FaultRun, sizes, TEST_LIMIT_MS } from './testing/fault-run.ts'
import { DEAD_FILE_BYTES, deadDisk, deadDiskMissing } from './testing/native-dead-disk.ts'
import { childrenOf, runningWith, SLEEPER } from './testing/native-processes.ts'
import { ffmpegMissing, type NativeVault, nativeVault, whoDecodes, whoReads } from './testing/native-vault.ts'
import { until } from './testing/until.ts'

/** Every time-out of this vault. */
const TIMEOUT_MS = 3_000
const SLACK_MS = 5_000

type Hang = {
  name: string
  missing: string | undefined
  /** Runs a job that hangs in one native call; what comes back is how the job ended. */
  run: (vault: NativeVault) => Promise<unknown>
}

const hangs: Hang[] = [
  {
    name: 'ExifTool is stopped while it reads',
    missing: undefined,
    run: async (vault) => {
      const file = await vault.fresh('tags.xmp')
      const [end] = await Promise.all([
        ending(vault.ingest(file)),
        whoReads(`${vault.folder}/${file}`, 'ExifTool').then(stop),
      ])
      return end
    },
  },
  {
    name: 'a reader is stopped while it hashes',
    missing: undefined,
    run: async (vault) => {
      const file = await vault.fresh('long.mov')
      const [end] = await Promise.all([
        ending(vault.ingest(file)),
        whoReads(`${vault.folder}/${file}`, 'reader').then(stop),
      ])
      return end
    },
  },
  {
    name: 'a reader is stopped while it decodes',
    missing: undefined,
    run: async (vault) => {
      const [end] = await Promise.all([
        ending(vault.ingest(await vault.fresh('slow.png'))),
        whoDecodes().then(stop),
      ])
      return end
    },
  },
  ...(['ffmpeg', 'ffprobe'] as const).map((program) => ({
    name: `${program} sleeps for ever`,
    missing: ffmpegMissing,
    run: async (vault: NativeVault) => {
      await vault.putToSleep(program, true)
      const end = await ending(vault.ingest(await vault.fresh('good.mp4')))
      await vault.putToSleep(program, false)
      return end
    },
  })),
]

const possible = hangs.filter(({ missing }) => missing === undefined)

test(
  'a native call that hangs fails its job with timed_out, and the next file is read',
  async () => {
    const run = new FaultRun('R9 native calls')
    const { calls } = sizes.nativeCalls
    await using vault = await nativeVault([], {
      imageTimeoutMs: TIMEOUT_MS,
      videoTimeoutMs: TIMEOUT_MS,
      stallTimeoutMs: TIMEOUT_MS,
      metadataTimeoutMs: TIMEOUT_MS,
    })
    let worstMs = 0
    for (let call = 0; call < calls; call += 1) {
      const hang = possible[call % possible.length]!
      const startedAt = performance.now()
      expect(await hang.run(vault), hang.name).toMatchObject({ code: 'timed_out' })
      worstMs = Math.max(worstMs, performance.now() - startedAt)
      expect(worstMs, hang.name).toBeLessThan(TIMEOUT_MS + SLACK_MS)

      const next = await vault.ingest(ffmpegMissing ? 'good.jpg' : 'good.mp4')
      expect(next, `after: ${hang.name}`).toMatchObject({ problem: null, metadata: expect.anything() })
      expect(next.derived).toHaveLength(3)
      expect(await vault.leftOver(), `after: ${hang.name}`).toEqual([])
    }
    // Two readers and one ExifTool are ready for the next file.
    await until('the killed are gone', SLACK_MS, () => childrenOf(process.pid).length <= 3)
    const zombies = childrenOf(process.pid).filter(({ state }) => state === 'Z')
    expect(zombies).toEqual([])
    expect(runningWith(SLEEPER)).toEqual([])
    run.report({ 'calls that hung': calls, zombies: 0, 'ms at worst': Math.round(worstMs) })
  },
  TEST_LIMIT_MS,
)

test.skipIf(deadDiskMissing !== undefined).each(['dead', 'mute'] as const)(
  `a %s disk fails its jobs with timed_out and holds up no other${deadDiskMissing ? ` (${deadDiskMissing})` : ''}`,
  async (mode) => {
    await using disk = await deadDisk(mode)
    await using vault = await nativeVault([disk.path], { stallTimeoutMs: TIMEOUT_MS, readers: 2 })
    const scan = vault.vault.handlers['library.scan']!
    // More than there are readers, and threads for file systems in this process.
    for (const [count, name] of ['a.jpg', 'b.mp4'].entries()) {
      // Both readers run, so that their start is not counted; they are also proof that the disk holds up nobody.
      for (const good of await Promise.all([vault.ingest('good.jpg'), vault.ingest('good.jpg')])) {
        expect(good).toMatchObject({ problem: null })
      }
      const startedAt = performance.now()
      const ends = await Promise.all([
        ending(vault.ingest(name, disk.path)),
        ending(vault.ingest(`${count}.jpg`, disk.path)),
        ending(scan({ libraryId: 1, root: disk.path, ignoreGlobs: [] }, new RecordingContext())),
      ])
      for (const end of ends) expect(end).toMatchObject({ code: 'timed_out' })
      expect(performance.now() - startedAt).toBeLessThan(TIMEOUT_MS + SLACK_MS)
    }
    expect(await vault.ingest('good.jpg')).toMatchObject({ problem: null })

    const originals = new OriginalsServer({
      cage: await openCage(),
      roots: [disk.path, vault.folder],
      stallTimeoutMs: TIMEOUT_MS,
    })
    const part = { path: 'a.jpg', sizeBytes: DEAD_FILE_BYTES, start: 0, end: 9 }
    const served = async () => await buffer(await originals.open({ ...part, root: disk.path }))
    for (let round = 0; round < 2; round += 1) {
      expect(await ending(served())).toMatchObject({ code: 'timed_out' })
      const size = (await stat(`${vault.folder}/good.jpg`)).size
      const good = { root: vault.folder, path: 'good.jpg', sizeBytes: size, start: 0, end: size - 1 }
      expect(await buffer(await originals.open(good))).toHaveLength(size)
    }
    await originals.stop()

    const healthy = new RecordingContext()
    const result = await scan({ libraryId: 2, root: vault.folder, ignoreGlobs: [] }, healthy)
    expect(result).toMatchObject({ outcome: 'complete' })
    expect(healthy.files.size).toBeGreaterThan(2)
  },
  TEST_LIMIT_MS,
)

/** How a job ended: its error, or what it gave. */
async function ending(job: Promise<unknown>): Promise<unknown> {
  return await job.catch((error: unknown) => error)
}

const stop = (pid: number) => process.kill(pid, 'SIGSTOP')
