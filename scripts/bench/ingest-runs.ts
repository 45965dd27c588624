import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import type { PostgresServer } from '../test/postgres-server.ts'
import { GalleryVisitor } from './gallery-visitor.ts'
import { classOfProcess, HearthProcess } from './hearth-process.ts'
import { totalOf, type UsageByClass, UsageWatch } from './usage-watch.ts'

const THUMBNAIL_LOOK_MS = 50
const WORK_LOOK_MS = 500
const VAULT_CLASSES = ['agents', 'readers', 'exiftool']

export type IngestRun = {
  filesPerSecond: number
  cpuMsPerFile: number
  usage: UsageByClass
  /** By the vault agent, its readers and ExifTool; pipes and sockets between them included. */
  vaultReadBytes: number
}

export async function runHandLoop(listPath: string, files: number): Promise<IngestRun> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'hand-loop.ts'), listPath], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const watch = new UsageWatch(child.pid!)
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const [exitCode] = await once(child, 'close')
  watch.stop()
  if (exitCode !== 0) throw new Error(`The hand-written loop ended with ${exitCode}`)
  const { seconds } = z.object({ seconds: z.number().positive() }).parse(JSON.parse(stdout))
  const usage = watch.read(() => 'loop')
  const { cpuMs, readBytes } = totalOf(usage)
  return {
    filesPerSecond: files / seconds,
    cpuMsPerFile: cpuMs / files,
    usage,
    vaultReadBytes: readBytes,
  }
}

type HearthOptions = {
  /** For data folders; gone afterwards. */
  folder: string
  photos: string
  files: number
  /** Undefined takes the embedded database. */
  postgres: PostgresServer | undefined
}

/** From an empty data folder until no work is left. Processor time counts from when the server answers. */
export async function runHearth({ folder, photos, files, postgres }: HearthOptions): Promise<IngestRun> {
  return withEmptyHearth(folder, postgres, async (data, databaseUrl) => {
    const parameters = [photos, '--data', data, '--port', '0', '--once', '--json', '--log-level', 'warn']
    const hearth = new HearthProcess(parameters, databaseUrl)
    await hearth.serving
    const usageOfServer = postgres && new UsageWatch(postgres.pid)
    usageOfServer?.restart()
    const report = await hearth.report()
    if (report.files !== files || report.failed.length > 0) {
      throw new Error(`Hearth found ${report.files} of ${files} files; ${report.failed.length} failed`)
    }
    const usage = hearth.usage.read(classOfProcess)
    if (usageOfServer) usage.database = totalOf(usageOfServer.read(() => 'database'))
    usageOfServer?.stop()
    const vault = VAULT_CLASSES.map((name) => usage[name]?.readBytes ?? 0)
    return {
      filesPerSecond: files / report.seconds,
      cpuMsPerFile: totalOf(usage).cpuMs / files,
      usage,
      vaultReadBytes: vault.reduce((sum, bytes) => sum + bytes, 0),
    }
  })
}

/** A person who looks on while the library fills for the first time. */
export async function watchGallery({ folder, photos, files, postgres }: HearthOptions): Promise<{
  firstThumbnailSeconds: number
  hundredthThumbnailSeconds: number | undefined
  loop: { p99Ms: number; maxMs: number }
}> {
  return withEmptyHearth(folder, postgres, async (data, databaseUrl) => {
    const passwordFile = `${data}-password`
    const password = 'only for this benchmark'
    await writeFile(passwordFile, password)
    const parameters = [photos, '--data', data, '--port', '0', '--log-level', 'warn']
    const admin = ['--admin-name', 'bench', '--admin-password-file', passwordFile]
    const hearth = new HearthProcess([...parameters, ...admin], databaseUrl)
    try {
      const url = await hearth.serving
      const startedAt = performance.now()
      const secondsSince = () => (performance.now() - startedAt) / 1_000
      const visitor = await GalleryVisitor.signIn(url, 'bench', password)
      await visitor.readLoopDelay()
      await visitor.waitForThumbnails(1, THUMBNAIL_LOOK_MS)
      const firstThumbnailSeconds = secondsSince()
      let hundredthThumbnailSeconds: number | undefined
      if (files >= 100) {
        await visitor.waitForThumbnails(100, THUMBNAIL_LOOK_MS)
        hundredthThumbnailSeconds = secondsSince()
      }
      await visitor.waitForWork(files, WORK_LOOK_MS)
      return { firstThumbnailSeconds, hundredthThumbnailSeconds, loop: await visitor.readLoopDelay() }
    } finally {
      await hearth.stop()
    }
  })
}

async function withEmptyHearth<T>(
  folder: string,
  postgres: PostgresServer | undefined,
  work: (data: string, databaseUrl: string | undefined) => Promise<T>,
): Promise<T> {
  const data = await mkdtemp(join(folder, 'data-'))
  const databaseUrl = postgres && (await createDatabase(postgres.url))
  try {
    return await work(data, databaseUrl)
  } finally {
    await rm(data, { recursive: true, force: true })
  }
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `bench_${Date.now()}`
  const client = new pg.Client({ connectionString: serverUrl })
  await client.connect()
  await client.query(`create database ${name}`)
  await client.end()
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  return url.href
}
