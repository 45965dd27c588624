import { execFileSync } from 'node:child_process'
import { chmod, link, open, readdir, readlink, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { childPids, readerPids } from '../../../agents/vault/testing/reader-pids.ts'
import { type RunningVault, runningVault } from '../../../agents/vault/testing/running-vault.ts'
import { temporaryFolder } from '../../../agents/vault/testing/temporary-folder.ts'
import { slowPicture, writeJpeg } from '../../../agents/vault/testing/write-picture.ts'
import type { VaultOptions } from '../../../agents/vault/vault.ts'
import { findRssBytes } from '../../../agents/vault/watch-memory.ts'
import { findProgram } from '../../../config/test-environment.ts'
import { SLEEPER } from './native-processes.ts'

/** Hashing takes a second. */
const LONG_FILE_BYTES = 1024 ** 3
/** ExifTool needs a second for them. */
const MANY_TAGS = 30_000
/** A reader that holds more is decoding `slow.png`. */
const DECODING_RSS_BYTES = 130 * 1024 * 1024

export const ffmpegMissing = findProgram('ffmpeg') && findProgram('ffprobe') ? undefined : 'needs ffmpeg'

/**
 * A vault over a folder with `good.jpg`, `slow.png` (decodes for a second), `long.mov` (not a movie, but long), `tags.xmp`
 * (keeps ExifTool busy) and `good.mp4`, whose ffmpeg and ffprobe sleep for ever when they are told to.
 */
export type NativeVault = AsyncDisposable &
  RunningVault & {
    folder: string
    /** Another name for one of the files, so that it counts as one that was never seen. */
    fresh(name: string): Promise<string>
    putToSleep(program: 'ffmpeg' | 'ffprobe', asleep: boolean): Promise<void>
    /** What lies in the vault's own temporary folder. */
    leftOver(): Promise<string[]>
  }

export async function nativeVault(
  roots: readonly string[],
  options: Partial<VaultOptions>,
): Promise<NativeVault> {
  const folder = await temporaryFolder()
  const programs = await temporaryFolder()
  await writeJpeg(folder.path, 'good.jpg')
  await writeFile(join(folder.path, 'slow.png'), await slowPicture(7_000))
  await writeFile(join(folder.path, 'tags.xmp'), manyTags())
  await writeLongFile(join(folder.path, 'long.mov'))
  if (!ffmpegMissing) writeMovie(join(folder.path, 'good.mp4'))
  const running = await runningVault(folder.path, {
    roots: [folder.path, ...roots],
    readers: 2,
    ffmpegPath: await sleepyProgram(programs.path, 'ffmpeg'),
    ffprobePath: await sleepyProgram(programs.path, 'ffprobe'),
    ...options,
  })
  let names = 0
  return {
    ...running,
    folder: folder.path,
    async fresh(name) {
      names += 1
      await link(join(folder.path, name), join(folder.path, `${names}-${name}`))
      return `${names}-${name}`
    },
    async putToSleep(program, asleep) {
      const flag = join(programs.path, `${program}-sleeps`)
      if (asleep) await writeFile(flag, '')
      else await rm(flag)
    },
    async leftOver() {
      const folders = (await readdir(tmpdir())).filter((name) =>
        name.startsWith(`hearth-vault-${process.pid}-`),
      )
      return (await Promise.all(folders.map((name) => readdir(join(tmpdir(), name))))).flat()
    },
    async [Symbol.asyncDispose]() {
      await running[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
      await programs[Symbol.asyncDispose]()
    },
  }
}

const commandOf = { reader: 'reader/main.ts', ExifTool: 'stay_open', scan: 'scan/main.ts' } as const

/** The process that has a file open, as soon as one has. */
export async function whoReads(file: string, who: keyof typeof commandOf): Promise<number> {
  return await untilOne(async () => {
    for (const pid of await childPids(commandOf[who])) {
      if ((await openFiles(pid)).includes(file)) return pid
    }
    return undefined
  })
}

/** The reader that decodes `slow.png`, as soon as one does. */
export async function whoDecodes(): Promise<number> {
  return await untilOne(async () => {
    for (const pid of await readerPids()) {
      if (((await findRssBytes(pid)) ?? 0) > DECODING_RSS_BYTES) return pid
    }
    return undefined
  })
}

/** The moment is short: hardly a pause between two looks. The test's own limit ends it. */
async function untilOne(look: () => Promise<number | undefined>): Promise<number> {
  for (;;) {
    const pid = await look()
    if (pid !== undefined) return pid
    await sleep(1)
  }
}

async function openFiles(pid: number): Promise<string[]> {
  const folder = `/proc/${pid}/fd`
  const names = await readdir(folder).catch(() => [])
  return await Promise.all(names.map((name) => readlink(join(folder, name)).catch(() => '')))
}

/** A script, as wrappers of ffmpeg are: it is not the program that it starts. */
async function sleepyProgram(folder: string, name: 'ffmpeg' | 'ffprobe'): Promise<string> {
  const path = join(folder, name)
  const flag = join(folder, `${name}-sleeps`)
  const program = findProgram(name) ?? '/bin/false'
  await writeFile(path, `#!/bin/sh\nif [ -e ${flag} ]; then ${SLEEPER}; fi\n${program} "$@"\n`)
  await chmod(path, 0o755)
  return path
}

async function writeLongFile(path: string): Promise<void> {
  const file = await open(path, 'w')
  await file.truncate(LONG_FILE_BYTES)
  await file.close()
}

function manyTags(): string {
  const tags = Array.from({ length: MANY_TAGS }, (_, number) => `<q:t${number}>x</q:t${number}>`).join('')
  const description = `<rdf:Description xmlns:q="http://example.org/q/">${tags}</rdf:Description>`
  const rdf = `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">${description}</rdf:RDF>`
  return `<x:xmpmeta xmlns:x="adobe:ns:meta/">${rdf}</x:xmpmeta>`
}

function writeMovie(path: string): void {
  const source = ['-f', 'lavfi', '-i', 'testsrc=size=160x120:rate=5:duration=1']
  execFileSync('ffmpeg', ['-v', 'error', ...source, '-pix_fmt', 'yuv420p', '-y', path])
}
