import { createHash } from 'node:crypto'
import { AppError, LeaseLostError } from '../../protocol/errors.ts'
import type { IngestInput, IngestResult } from '../../protocol/ingest.ts'
import type { Lease } from '../../protocol/leases.ts'
import type { ScanChunk, ScanChunkAnswer, ScanInput, ScanResult } from '../../protocol/scan.ts'
import type { SidecarWriteResult } from '../../protocol/sidecar-write.ts'
import type { Database } from '../db/database.ts'
import { enrollAgents, ensureLibraries } from '../fleet/enroll-agents.ts'
import { enqueueScan } from '../intake/enqueue-scan.ts'
import { createJobTypes } from '../job-types.ts'
import { completeJobs } from '../jobs/complete-jobs.ts'
import { KindLimits } from '../jobs/kind-limits.ts'
import { leaseJobs } from '../jobs/lease-jobs.ts'

/** What lies on the vault's disk: folders by path (the root is ''), files by name. */
export type Tree = Record<string, Record<string, FakeFile>>
export type FakeFile = {
  /** Stands for the bytes: equal contents have equal hashes. */
  content: string
  mtimeUs?: number
  tags?: Record<string, unknown>
  problem?: IngestResult['problem']
}

const TTL_MS = 30_000
const DEFAULT_MTIME_US = 1_700_000_000_000_000

/** Plays the vault agent against a real database: the far side of the network, without the network. */
export class VaultActor {
  readonly db: Database
  readonly agentId: number
  readonly libraryId: number
  readonly limits: KindLimits
  /** Of the coordinator: another one knows nothing of this one's running scans. */
  types = createJobTypes()
  /** Of the agent's process: another one is another life. */
  instance = 'A'.repeat(22)
  tree: Tree = {}
  unreadable: string[] = []
  /** Files whose reading was asked for, in order. */
  readonly read: string[] = []

  private constructor(db: Database, agentId: number, libraryId: number) {
    this.db = db
    this.limits = new KindLimits(db)
    this.agentId = agentId
    this.libraryId = libraryId
  }

  static async create(db: Database, name = 'vault'): Promise<VaultActor> {
    const publicKey = createHash('sha256').update(name).digest('base64url')
    const ids = await enrollAgents(db, [{ name, publicKey }])
    await ensureLibraries(db, ids, [{ root: `/pictures/${name}`, agent: name }])
    const agentId = ids.get(name)!
    const library = await db
      .selectFrom('library')
      .select('id')
      .where('agent_id', '=', agentId)
      .executeTakeFirstOrThrow()
    return new VaultActor(db, agentId, library.id)
  }

  /** Of an agent and a library that are there. */
  static of(db: Database, agentId: number, libraryId: number): VaultActor {
    return new VaultActor(db, agentId, libraryId)
  }

  /** Asks for a scan and runs it to its end. */
  async scan(options: { acceptMissing?: boolean; partBytes?: number } = {}): Promise<void> {
    await enqueueScan(this.db, this.libraryId, { acceptMissing: options.acceptMissing ?? false })
    await this.runNextScan()
  }

  async runNextScan(): Promise<void> {
    const [lease] = await this.lease('scan', 1)
    if (!lease) throw new Error('No scan to run')
    await this.runScan(lease)
  }

  async runScan(lease: Lease, filesPerPart = 2): Promise<void> {
    const input = lease.input as ScanInput
    if (input.libraryId !== this.libraryId) throw new Error('A scan of another library')
    const folders = Object.entries(this.tree).map(([path, files]) => ({
      path,
      digest: digestOf(files),
      files: Object.keys(files).length,
    }))
    let seq = 0
    const send = (chunk: ScanChunk) =>
      this.types.get('library.scan')!.takeChunk!(
        this.db,
        this.agentId,
        lease,
        seq++,
        chunk,
      ) as Promise<ScanChunkAnswer>
    const { changed } = await send({ type: 'folders', folders })
    for (const path of changed) {
      const files = Object.entries(this.tree[path] ?? {}).map(([name, file]) => ({
        name,
        sizeBytes: file.content.length,
        mtimeUs: file.mtimeUs ?? DEFAULT_MTIME_US,
      }))
      for (let start = 0; start === 0 || start < files.length; start += filesPerPart) {
        const last = start + filesPerPart >= files.length
        const part = {
          path,
          digest: digestOf(this.tree[path] ?? {}),
          files: files.slice(start, start + filesPerPart),
          last,
        }
        await send({ type: 'files', folders: [part] })
      }
    }
    await this.complete(lease, {
      outcome: 'complete',
      folders: folders.length,
      files: folders.reduce((sum, folder) => sum + folder.files, 0),
      skipped: {},
      unreadable: this.unreadable,
    })
  }

  /** Reads files until none is asked for. */
  async ingestAll(): Promise<void> {
    for (;;) {
      const leases = await this.lease('ingest', 5)
      if (leases.length === 0) return
      for (const lease of leases) await this.complete(lease, this.readFile(lease.input as IngestInput))
    }
  }

  async scanAndIngest(options: { acceptMissing?: boolean } = {}): Promise<void> {
    await this.scan(options)
    await this.ingestAll()
  }

  readFile(input: IngestInput): IngestResult {
    this.read.push(input.path)
    const slash = input.path.lastIndexOf('/')
    const file = this.tree[input.path.slice(0, Math.max(0, slash))]?.[input.path.slice(slash + 1)]
    if (!file) throw new Error(`No file ${input.path}`)
    return ingestResult(file)
  }

  lease(capability: 'scan' | 'ingest' | 'sidecar', count: number, ttlMs = TTL_MS): Promise<Lease[]> {
    const { db, types, limits, agentId, instance } = this
    return leaseJobs({ db, types, limits, ttlMs }, { agentId, instance, models: [] }, [{ capability, count }])
  }

  /** @throws AppError with the reason for which the result was refused */
  async complete(lease: Lease, result: ScanResult | IngestResult | SidecarWriteResult): Promise<void> {
    const { refused } = await completeJobs(this.db, this.types, this.agentId, [{ ...lease, result }])
    const error = refused[0]?.error
    if (error?.code === 'lease_lost') throw new LeaseLostError(lease.jobId)
    if (error) throw new AppError(error.code, error.message)
  }
}

export function ingestResult(file: FakeFile): IngestResult {
  const hash = createHash('sha256').update(file.content).digest('hex')
  return {
    contentHash: hash,
    sizeBytes: file.content.length,
    mtimeUs: file.mtimeUs ?? DEFAULT_MTIME_US,
    metadata: { pass: 'fast', tags: file.tags ?? {} },
    media: { kind: 'image', widthPx: 300, heightPx: 200, durationMs: null, codec: null },
    derived: file.problem
      ? []
      : [{ kind: 'preview', hash, sizeBytes: 10, widthPx: 300, heightPx: 200, mimeType: 'image/jpeg' }],
    thumbhash: null,
    problem: file.problem ?? null,
  }
}

function digestOf(files: Record<string, FakeFile>): string {
  const text = JSON.stringify(
    Object.entries(files)
      .map(([name, file]) => [name, file.content.length, file.mtimeUs ?? DEFAULT_MTIME_US])
      .sort(),
  )
  return createHash('sha256').update(text).digest().subarray(0, 16).toString('base64url')
}
