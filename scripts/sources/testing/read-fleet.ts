import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'kysely'
import { pino } from 'pino'
import { startAgent } from '../../../agents/runtime/agent.ts'
import { loadAgentKey } from '../../../agents/runtime/agent-key.ts'
import { connectAgent } from '../../../agents/runtime/connect-agent.ts'
import type { InputReading } from '../../../agents/sources/read-input.ts'
import { PASSWORD, SambaServer, USER } from '../../../agents/sources/smb/testing/samba-server.ts'
import { startSources } from '../../../agents/sources/start-sources.ts'
import { writeJpeg } from '../../../agents/vault/testing/write-picture.ts'
import { AgentConfig } from '../../../config/agent-config.ts'
import { CoordinatorConfig } from '../../../config/coordinator-config.ts'
import { environment } from '../../../config/environment.ts'
import type { Closers } from '../../../config/run-process.ts'
import { startCoordinator } from '../../../coordinator/coordinator.ts'
import type { Database } from '../../../coordinator/db/database.ts'
import { freshDatabase } from '../../../coordinator/db/testing/fresh-database.ts'
import { createJobTypes } from '../../../coordinator/job-types.ts'
import { enqueueJobs } from '../../../coordinator/jobs/enqueue.ts'
import { READ_KIND, readContract, readType, runRead } from './read-work.ts'

const PICTURES = 4
/** Minutes of waiting pass in seconds. */
const HASTE = 60
const log = pino({ level: 'silent' })

/** Something that was started, and how it ends. */
type Started = { closers: Closers; stop: () => Promise<void> }

/**
 * A coordinator, a vault whose library also lies on a Samba, and a worker that reads it from there, or else through the
 * coordinator: the real programs, in one process.
 */
export class ReadFleet {
  readonly db: Database
  readonly samba: SambaServer
  readonly fileIds: number[] = []
  readonly #folder: string
  readonly #url: string
  #vault: Started | undefined
  #worker: Started | undefined
  readonly #ends: (() => Promise<void>)[]

  private constructor(parts: {
    db: Database
    samba: SambaServer
    folder: string
    url: string
    ends: (() => Promise<void>)[]
  }) {
    this.db = parts.db
    this.samba = parts.samba
    this.#folder = parts.folder
    this.#url = parts.url
    this.#ends = parts.ends
  }

  static async start(): Promise<ReadFleet> {
    const folder = await mkdtemp(join(tmpdir(), 'hearth-read-'))
    const samba = await SambaServer.start()
    for (let i = 0; i < PICTURES; i += 1) await writeJpeg(samba.path('media'), `${i} Zoë.jpg`, 64 + i)
    await writeFile(join(folder, 'password'), `${PASSWORD}\n`)
    await chmod(join(folder, 'password'), 0o600)
    const fresh = await freshDatabase()
    await sql`create table read_result (file_id bigint, original text, preview text)`.execute(fresh.db)
    const coordinator = newStarted()
    const agents = ['vault', 'worker']
    for (const name of agents) await mkdir(join(folder, name))
    const { port } = await startCoordinator(
      CoordinatorConfig.parse({
        port: 0,
        database: fresh.address,
        dataFolder: join(folder, 'data'),
        joinRequests: false,
        enrolledAgents: agents.map((name) => ({
          name,
          publicKey: loadAgentKey(join(folder, name)).publicKey,
        })),
        libraries: [{ root: samba.path('media'), agent: 'vault' }],
      }),
      log,
      coordinator.closers,
      { types: new Map([...createJobTypes(), [READ_KIND, readType]]) },
    )
    const ends = [
      () => rm(folder, { recursive: true, force: true }),
      () => samba[Symbol.asyncDispose](),
      async () => fresh[Symbol.asyncDispose](),
      coordinator.stop,
    ]
    return new ReadFleet({ db: fresh.db, samba, folder, url: `http://127.0.0.1:${port}`, ends })
  }

  /** The agent that owns the pictures. */
  async startVault(): Promise<void> {
    const started = newStarted()
    this.#vault = started
    const config = this.#config('vault', {
      roots: [this.samba.path('media')],
      capabilities: ['scan', 'ingest'],
    })
    await startAgent(config, log, started.closers, environment.path())
  }

  async stopVault(): Promise<void> {
    await this.#vault?.stop()
    this.#vault = undefined
  }

  /** An agent that owns none, with the share first and the coordinator second. */
  async startWorker(): Promise<void> {
    const started = newStarted()
    this.#worker = started
    const library = this.samba.path('media')
    const address = `smb://127.0.0.1:${this.samba.port}/media`
    const smb = { kind: 'smb', library, address, user: USER, passwordFile: join(this.#folder, 'password') }
    const config = this.#config('worker', { capabilities: ['detect'], sources: [smb, { kind: 'relay' }] })
    let reading: InputReading | undefined
    const handler = {
      contract: readContract,
      run: (input: unknown, context: Parameters<typeof runRead>[2]) => runRead(reading!, input, context),
    }
    const key = loadAgentKey(join(this.#folder, 'worker'))
    const { line, http } = connectAgent(
      { config, key, handlers: new Map([[READ_KIND, handler]]), log },
      started.closers,
    )
    const now = () => performance.now() * HASTE
    reading = await startSources({ config, line, http, log, intervalMs: 100, now }, started.closers)
  }

  async enqueueReads(): Promise<void> {
    const { rows } = await sql<{ id: number; libraryId: number }>`
      select id, library_id as "libraryId" from asset_file where state = 'ingested'`.execute(this.db)
    const jobs = rows.map(({ id, libraryId }) => ({
      kind: READ_KIND,
      contract: readContract,
      subjectId: id,
      libraryId,
    }))
    await enqueueJobs(this.db, jobs)
  }

  /** How many originals were read so far, and how many of them right. */
  async countReads(): Promise<{ all: number; right: number }> {
    const { rows } = await sql<{ all: number; right: number }>`
      select count(*)::int as all, (count(*) filter (where result.original = encode(file.content_hash, 'hex')
        and result.preview = encode(preview.hash, 'hex')))::int as right
      from read_result result join asset_file file on file.id = result.file_id
      left join derived_file preview on preview.file_id = file.id and preview.kind = 'preview'`.execute(
      this.db,
    )
    return rows[0]!
  }

  async countIngested(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::int as count from asset_file where state = 'ingested'`.execute(this.db)
    return rows[0]!.count
  }

  /** How the worker's sources stand, as the coordinator knows it. */
  async sources(): Promise<string[]> {
    const { rows } = await sql<{ text: string }>`
      select kind || ' ' || state as text from agent_source order by place`.execute(this.db)
    return rows.map(({ text }) => text)
  }

  /** Jobs that read, with what the queue holds against them. */
  async readJobs(): Promise<{ state: string; attempt: number; failures: number }[]> {
    const { rows } = await sql<{ state: string; attempt: number; failures: number }>`
      select state, attempt, failures from job where kind = ${READ_KIND} and state <> 'done'`.execute(this.db)
    return rows
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#worker?.stop()
    await this.stopVault()
    for (const end of this.#ends.toReversed()) await end()
  }

  #config(
    name: string,
    more: { capabilities: string[]; roots?: string[]; sources?: unknown[] },
  ): AgentConfig {
    return AgentConfig.parse({
      name,
      coordinatorUrls: [this.#url],
      stateFolder: join(this.#folder, name),
      ingest: { readers: 1 },
      ...more,
      capabilities: more.capabilities.map((capability) => ({ capability, concurrency: 2 })),
    })
  }
}

export const pictures = PICTURES

function newStarted(): Started {
  const closers: Closers = []
  return {
    closers,
    stop: async () => {
      for (const close of closers.splice(0).reverse()) await close()
    },
  }
}
