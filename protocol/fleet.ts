import { z } from 'zod'
import { HostFacts } from './agents.ts'
import { Capability, OfferedCapability } from './capability.ts'
import { ErrorCode } from './errors.ts'
import { AgentId, AssetFileId, AssetId, JobId, LibraryId, ScanId } from './ids.ts'
import { JobKind, JobState } from './jobs.ts'
import { Problem } from './media.ts'
import { SkipReason } from './scan.ts'

export const AgentView = z
  .object({
    id: AgentId,
    name: z.string(),
    state: z.enum(['online', 'draining', 'offline']),
    lastSeenAt: z.iso.datetime().nullable(),
    version: z.string().nullable(),
    facts: HostFacts.nullable(),
    capabilities: z.array(OfferedCapability),
    roots: z.array(z.string()),
    /** Jobs held now. */
    leases: z.int().nonnegative(),
    /** Jobs finished in the last minute. */
    perMinute: z.int().nonnegative(),
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
    agentId: AgentId.nullable(),
    attempt: z.int().nonnegative(),
    progress: z.object({ done: z.number(), total: z.number().nullable() }).nullable(),
    /** Why a queued job waits: for a node, until a time. */
    waitsFor: z.string().nullable(),
    error: z.object({ code: ErrorCode, message: z.string() }).nullable(),
    createdAt: z.iso.datetime(),
    startedAt: z.iso.datetime().nullable(),
    finishedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Job' })
export type JobView = z.infer<typeof JobView>

export const JobKindSummary = z
  .object({
    kind: JobKind,
    capability: Capability,
    queued: z.int().nonnegative(),
    leased: z.int().nonnegative(),
    done: z.int().nonnegative(),
    dead: z.int().nonnegative(),
    cancelled: z.int().nonnegative(),
    /** Finished per second over the last half minute. */
    perSecond: z.number().nonnegative(),
    etaSeconds: z.number().nonnegative().nullable(),
    /** Set when jobs are queued and nobody online offers the capability. */
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
