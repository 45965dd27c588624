import { z } from 'zod'
import { AgentSettings, HostFacts } from './agents.ts'
import { Capability, OfferedCapability } from './capability.ts'
import { WriteBackPolicy } from './edits.ts'
import { ErrorCode } from './errors.ts'
import { AgentId, AssetFileId, AssetId, JobId, LibraryId, ScanId } from './ids.ts'
import { JobKind, JobState } from './jobs.ts'
import { LogLine, Progress } from './leases.ts'
import { Problem } from './media.ts'
import { ProviderReport } from './models.ts'
import { MachinePower, MachineState } from './power.ts'
import { SkipReason } from './scan.ts'
import { SourceReport } from './sources.ts'

/** How an agent reads the originals of one library by one of its sources. */
export const SourceView = SourceReport.extend({ libraryName: z.string(), checkedAt: z.iso.datetime() }).meta({
  id: 'Source',
})
export type SourceView = z.infer<typeof SourceView>

export const AgentView = z
  .object({
    id: AgentId,
    name: z.string(),
    state: MachineState,
    /** It gets no work until a person resumes it, whether it is connected or not. */
    paused: z.boolean(),
    lastSeenAt: z.iso.datetime().nullable(),
    version: z.string().nullable(),
    facts: HostFacts.nullable(),
    /** What the machine offers; `settings` may ask it for less. */
    capabilities: z.array(OfferedCapability),
    settings: AgentSettings,
    models: z.array(z.string()),
    /** With what its models could be run, in the order of its wishes up to the first that works; empty where none run. */
    providers: z.array(ProviderReport),
    roots: z.array(z.string()),
    /** By library, cheapest first; empty for one that reads only its own files. */
    sources: z.array(SourceView),
    /** Jobs held now. */
    leases: z.int().nonnegative(),
    /** Jobs finished in the last minute. */
    perMinute: z.int().nonnegative(),
    power: MachinePower,
  })
  .meta({ id: 'Agent' })
export type AgentView = z.infer<typeof AgentView>

export const JobView = z
  .object({
    id: JobId,
    kind: JobKind,
    state: JobState,
    libraryId: LibraryId.nullable(),
    /** What the job is about, for people: a path or a library's name. */
    subject: z.string(),
    assetId: AssetId.nullable(),
    /** Who has it, or had it last. */
    agentId: AgentId.nullable(),
    priority: z.int(),
    /** Holdings so far that were not lost or given back. */
    attempt: z.int().nonnegative(),
    progress: Progress.nullable(),
    /** Why a queued job waits: for a node, a model, a library, another job, until a time, or for a person. */
    waitsFor: z.string().nullable(),
    error: z.object({ code: ErrorCode, message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' })
export type JobView = z.infer<typeof JobView>

/** Something that ended a holding of a job, or that a person did to it. */
export const JobEvent = z.object({
  at: z.iso.datetime(),
  /**
   * `lost`: the lease ran out. `died`: the agent's process ended. `released`: given back by intent.
   * `superseded`: a later job about the same thing succeeded.
   */
  event: z.enum([
    'done',
    'failed',
    'lost',
    'died',
    'released',
    'quarantined',
    'cancelled',
    'replayed',
    'superseded',
  ]),
  fencingToken: z.int().nullable(),
  /** Who held it. */
  agent: z.string().nullable(),
  /** Which person did it. */
  account: z.string().nullable(),
  leasedAt: z.iso.datetime().nullable(),
  code: ErrorCode.nullable(),
  message: z.string().nullable(),
})
export type JobEvent = z.infer<typeof JobEvent>

/** One job with everything that is known about its way, oldest first. */
export const JobDetail = JobView.extend({
  history: z.array(JobEvent),
  log: z.array(
    LogLine.pick({ level: true, message: true }).extend({ at: z.iso.datetime(), fencingToken: z.int() }),
  ),
}).meta({ id: 'JobDetail' })
export type JobDetail = z.infer<typeof JobDetail>

/** Dead jobs that died for one reason. */
export const FailureGroup = z
  .object({
    kind: JobKind,
    code: ErrorCode,
    count: z.int().positive(),
    /** The message of the newest of them. */
    example: z.string(),
  })
  .meta({ id: 'FailureGroup' })
export type FailureGroup = z.infer<typeof FailureGroup>

export const JobKindSummary = z
  .object({
    kind: JobKind,
    capability: Capability,
    queued: z.int().nonnegative(),
    leased: z.int().nonnegative(),
    /** Since the library was added; finished jobs themselves are kept for a while only. */
    done: z.int().nonnegative(),
    dead: z.int().nonnegative(),
    cancelled: z.int().nonnegative(),
    /** Finished per second over the last half minute. */
    perSecond: z.number().nonnegative(),
    etaSeconds: z.number().nonnegative().nullable(),
    /** When the job was made that waits longest. */
    oldestAt: z.iso.datetime().nullable(),
    paused: z.boolean(),
    /** Jobs of the kind that may run at once in the whole fleet; null: as many as there are slots. */
    maxRunning: z.int().positive().nullable(),
    /** Set when jobs are queued and none of them can start now. */
    waitsFor: z.string().nullable(),
  })
  .meta({ id: 'JobKindSummary' })
export type JobKindSummary = z.infer<typeof JobKindSummary>

export const LibraryState = z.enum(['new', 'online', 'offline', 'held'])
export type LibraryState = z.infer<typeof LibraryState>

export const LibraryView = z
  .object({
    id: LibraryId,
    name: z.string(),
    root: z.string(),
    agentId: AgentId.nullable(),
    /** `held`: the last scan missed suspiciously many files and waits for a person. */
    state: LibraryState,
    stateReason: z.string().nullable(),
    ignoreGlobs: z.array(z.string()),
    /** Its work rests until a person resumes it. */
    paused: z.boolean(),
    writeBack: WriteBackPolicy,
    assets: z.int().nonnegative(),
    files: z.int().nonnegative(),
    missing: z.int().nonnegative(),
    scanning: z.boolean(),
    lastScanAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Library' })
export type LibraryView = z.infer<typeof LibraryView>

export const ScanView = z
  .object({
    id: ScanId,
    state: z.enum(['running', 'complete', 'offline', 'held', 'failed']),
    startedAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().nullable(),
    folders: z.int().nonnegative(),
    files: z.int().nonnegative(),
    added: z.int().nonnegative(),
    changed: z.int().nonnegative(),
    moved: z.int().nonnegative(),
    missing: z.int().nonnegative(),
    skipped: z.partialRecord(SkipReason, z.int()),
    reason: z.string().nullable(),
  })
  .meta({ id: 'Scan' })
export type ScanView = z.infer<typeof ScanView>

/** A file that was read and has no whole picture. */
export const ProblemView = z
  .object({
    assetId: AssetId,
    fileId: AssetFileId,
    libraryId: LibraryId,
    path: z.string(),
    problem: Problem,
  })
  .meta({ id: 'Problem' })
export type ProblemView = z.infer<typeof ProblemView>
