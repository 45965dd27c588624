import { createHash, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { parseArgs } from 'node:util'
import { openCage } from '../../agents/cage/open-cage.ts'
import { CoordinatorHttp } from '../../agents/runtime/coordinator-http.ts'
import { MountedSource } from '../../agents/sources/mounted-source.ts'
import { RelaySource } from '../../agents/sources/relay-source.ts'
import { canRunSamba, PASSWORD, SambaServer, USER } from '../../agents/sources/smb/testing/samba-server.ts'
import { SmbSource } from '../../agents/sources/smb-source.ts'
import type { ByteSpan, WantedFile } from '../../agents/sources/source.ts'
import { type SmbSourceConfig, SourceConfig } from '../../config/source-config.ts'
import { addAgent } from '../../coordinator/http/testing/test-server.ts'
import { FaultRig } from '../faults/testing/fault-rig.ts'
import { until } from '../faults/testing/until.ts'
import { formatResult, median } from './bench-line.ts'
import { describeMachine } from './machine.ts'

const MEBIBYTE = 1024 * 1024
const FIRST_BYTES = 64 * 1024
const FIRST_READS = 21
const INGEST_LIMIT_MS = 5 * 60_000
const never = new AbortController().signal

/** A way to read the file; `open` gives part of it. */
type Way = { name: string; open: (span: ByteSpan) => Promise<Readable>; stop?: () => Promise<void> }

/**
 * `npm run bench -- sources [--mb N] [--runs N]`: what each way to read an original costs beside a plain read of
 * the same file in the same run: MB/s of a large file, and time to the first 64 KB once the way is open.
 */
export async function benchSources(parameters: string[]): Promise<void> {
  const { values } = parseArgs({
    args: parameters,
    options: { mb: { type: 'string', default: '256' }, runs: { type: 'string', default: '5' } },
  })
  if (!canRunSamba) {
    console.error(
      'This benchmark starts a Samba of its own: run it as root on Linux, with apt-get install samba',
    )
    process.exitCode = 2
    return
  }
  console.log(describeMachine())
  const sizeBytes = Number(values.mb) * MEBIBYTE
  await using signed = await SambaServer.start({ signing: 'mandatory' })
  const path = signed.path('media', 'large.mov')
  const contentHash = await writeRandom(path, sizeBytes)
  const file: WantedFile = {
    fileId: 1,
    libraryId: 1,
    root: signed.path('media'),
    path: 'large.mov',
    sizeBytes,
    contentHash,
    for: 'sample',
  }
  await using rig = await FaultRig.start({
    agents: [
      {
        name: 'vault',
        root: file.root,
        capabilities: [
          { capability: 'scan', concurrency: 1 },
          { capability: 'ingest', concurrency: 1 },
        ],
      },
    ],
  })
  const ways = await openWays(signed, rig, file)
  try {
    await measure(ways, sizeBytes, Number(values.runs))
  } finally {
    for (const { stop } of ways) await stop?.()
  }
}

async function openWays(samba: SambaServer, rig: FaultRig, file: WantedFile): Promise<Way[]> {
  const { root } = file
  const mounted = new MountedSource({ cage: await openCage(), library: root, path: root })
  const smb = async (name: string, changes: Partial<SmbSourceConfig>): Promise<Way> => {
    const source = new SmbSource(await smbConfig(samba, changes))
    return { name, open: (span) => source.open(file, span, never), stop: () => source.stop() }
  }
  return [
    {
      name: 'plain read',
      open: async (span) => createReadStream(join(root, file.path), { ...span, highWaterMark: MEBIBYTE }),
    },
    { name: 'mounted', open: (span) => mounted.open(file, span, never), stop: () => mounted.stop() },
    await smb('SMB 3.1.1, signed', {}),
    await smb('SMB 3.1.1, encrypted', { encryption: 'required' }),
    await relayWay(rig, file),
  ]
}

async function smbConfig(samba: SambaServer, changes: Partial<SmbSourceConfig>): Promise<SmbSourceConfig> {
  const passwordFile = join(samba.folder, 'password')
  await writeFile(passwordFile, PASSWORD)
  await chmod(passwordFile, 0o600)
  const address = `smb://127.0.0.1:${samba.port}/media`
  const library = samba.path('media')
  return SourceConfig.parse({
    kind: 'smb',
    library,
    address,
    user: USER,
    passwordFile,
    ...changes,
  }) as SmbSourceConfig
}

/** The real coordinator and the real vault agent, each in its own process. */
async function relayWay(rig: FaultRig, file: WantedFile): Promise<Way> {
  const found = await until('the file is known', INGEST_LIMIT_MS, () =>
    rig.db
      .selectFrom('asset_file')
      .select(['id', 'library_id'])
      .where('state', '=', 'ingested')
      .executeTakeFirst(),
  )
  await rig.db
    .insertInto('source_sample')
    .values({ library_id: found.library_id, file_id: found.id })
    .onConflict((conflict) => conflict.doNothing())
    .execute()
  const { token } = await addAgent(rig.db, 'bench')
  const http = new CoordinatorHttp()
  http.setSession(rig.url, token)
  const source = new RelaySource(http, '')
  const sample = { ...file, libraryId: found.library_id, fileId: found.id }
  return {
    name: 'through the coordinator',
    open: (span) => source.open(sample, span, never),
    stop: async () => http.close(),
  }
}

async function measure(ways: readonly Way[], sizeBytes: number, runs: number): Promise<void> {
  const speeds = new Map<string, number[]>(ways.map(({ name }) => [name, []]))
  // Once each, so that all find the file in memory and their processes running.
  for (const way of ways) await readAll(way, sizeBytes)
  for (let run = 0; run < runs; run += 1) {
    for (const way of ways) speeds.get(way.name)!.push(await readAll(way, sizeBytes))
  }
  const plain = median(speeds.get('plain read')!)
  for (const { name } of ways) {
    const value = median(speeds.get(name)!)
    say({
      metric: `speed, ${name}`,
      value,
      unit: 'MB/s',
      ...(name === 'plain read' ? {} : { yardstick: plain }),
    })
  }
  for (const way of ways) {
    const times: number[] = []
    for (let i = 0; i < FIRST_READS; i += 1) times.push(await firstByteMs(way))
    say({ metric: `first byte, ${way.name}`, value: median(times), unit: 'ms' })
  }
}

/** @returns MB/s */
async function readAll({ name, open }: Way, sizeBytes: number): Promise<number> {
  const startMs = performance.now()
  let got = 0
  for await (const chunk of await open({ start: 0, end: sizeBytes - 1 })) got += chunk.length
  if (got !== sizeBytes) throw new Error(`${name} gave ${got} of ${sizeBytes} bytes`)
  return sizeBytes / 1e3 / (performance.now() - startMs)
}

async function firstByteMs({ open }: Way): Promise<number> {
  const startMs = performance.now()
  let firstMs: number | undefined
  for await (const _ of await open({ start: 0, end: FIRST_BYTES - 1 }))
    firstMs ??= performance.now() - startMs
  return firstMs ?? Number.NaN
}

/** @returns the SHA-256 of what was written */
async function writeRandom(path: string, sizeBytes: number): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(path, 'w')
  for (let at = 0; at < sizeBytes; at += MEBIBYTE) {
    const bytes = randomBytes(Math.min(MEBIBYTE, sizeBytes - at))
    hash.update(bytes)
    await file.write(bytes)
  }
  await file.close()
  return hash.digest('hex')
}

function say(result: { metric: string; value: number; unit: string; yardstick?: number }): void {
  console.log(formatResult({ bench: 'sources', ...result }))
}
