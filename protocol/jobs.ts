import { z } from 'zod'
import type { Capability } from './capability.ts'
import { IngestInput, IngestResult } from './ingest.ts'
import { ScanChunk, ScanChunkAnswer, ScanInput, ScanResult } from './scan.ts'
import { SidecarRestoreInput, SidecarWriteInput, SidecarWriteResult } from './sidecar-write.ts'
import {
  DetectInput,
  DetectResult,
  EmbedInput,
  EmbedResult,
  FacesInput,
  FacesResult,
  PromptInput,
  PromptResult,
  QueryInput,
  QueryResult,
  SegmentInput,
  SegmentResult,
} from './vision.ts'

/** Higher goes first. */
export const priorities = { interactive: 50, writeBack: 40, scan: 30, ingest: 20, vision: 10 } as const

/** A model looks at the preview of an asset. Its first look may have to load the model. */
const look = {
  priority: priorities.vision,
  runsOn: 'any',
  needs: 'preview',
  chunk: z.never(),
  chunkAnswer: z.never(),
  maxAttempts: 5,
  silenceLimitMs: 5 * 60_000,
} as const

/** The kinds of work that Hearth has. The queue itself knows none of them. */
export const JobKind = z.enum([
  'library.scan',
  'file.ingest',
  'sidecar.write',
  'sidecar.restore',
  'asset.detect',
  'asset.segment',
  'asset.prompt',
  'asset.embed',
  'asset.faces',
  'query.embed',
])
export type JobKind = z.infer<typeof JobKind>

export const JobState = z.enum(['queued', 'leased', 'done', 'dead', 'cancelled'])
export type JobState = z.infer<typeof JobState>

/** What a kind of job takes and gives, for both sides. */
export type JobContract = {
  capability: Capability
  priority: number
  /** `vault`: only by the agent that owns the job's library, because the work touches its files. */
  runsOn: 'vault' | 'any'
  /**
   * What it reads of the files that it is about, where another machine may run it. `preview` can be had everywhere.
   * `original`: only by agents with a proved source for the library.
   */
  needs?: 'preview' | 'original'
  input: z.ZodType
  result: z.ZodType
  chunk: z.ZodType
  chunkAnswer: z.ZodType
  /** Failures after which a job is dead, of those that are counted (`errorRules`). */
  maxAttempts: number
  /** A job that gives no sign of life (start, part, progress) for this long is ended by its agent, in ms. */
  silenceLimitMs: number
}

/** A new kind of work is one entry here, one `JobType` in the coordinator and one handler in an agent. */
export const jobContracts = {
  'library.scan': {
    capability: 'scan',
    priority: priorities.scan,
    runsOn: 'vault',
    input: ScanInput,
    result: ScanResult,
    chunk: ScanChunk,
    chunkAnswer: ScanChunkAnswer,
    maxAttempts: 5,
    silenceLimitMs: 10 * 60_000,
  },
  'file.ingest': {
    capability: 'ingest',
    priority: priorities.ingest,
    runsOn: 'vault',
    input: IngestInput,
    result: IngestResult,
    chunk: z.never(),
    chunkAnswer: z.never(),
    maxAttempts: 5,
    silenceLimitMs: 10 * 60_000,
  },
  'sidecar.write': {
    capability: 'sidecar',
    priority: priorities.writeBack,
    runsOn: 'vault',
    input: SidecarWriteInput,
    result: SidecarWriteResult,
    chunk: z.never(),
    chunkAnswer: z.never(),
    maxAttempts: 5,
    silenceLimitMs: 5 * 60_000,
  },
  'sidecar.restore': {
    capability: 'sidecar',
    priority: priorities.writeBack,
    runsOn: 'vault',
    input: SidecarRestoreInput,
    result: SidecarWriteResult,
    chunk: z.never(),
    chunkAnswer: z.never(),
    maxAttempts: 5,
    silenceLimitMs: 5 * 60_000,
  },
  'asset.detect': { ...look, capability: 'detect', input: DetectInput, result: DetectResult },
  'asset.segment': { ...look, capability: 'segment', input: SegmentInput, result: SegmentResult },
  /** Somebody waits for it, so it is tried once only. */
  'asset.prompt': {
    ...look,
    capability: 'segment',
    priority: priorities.interactive,
    input: PromptInput,
    result: PromptResult,
    maxAttempts: 1,
  },
  'asset.embed': { ...look, capability: 'embed', input: EmbedInput, result: EmbedResult },
  'asset.faces': { ...look, capability: 'faces', input: FacesInput, result: FacesResult },
  'query.embed': {
    ...look,
    capability: 'query',
    priority: priorities.interactive,
    input: QueryInput,
    result: QueryResult,
    maxAttempts: 1,
  },
} as const satisfies Record<JobKind, JobContract>

export type JobInput<K extends JobKind> = z.infer<(typeof jobContracts)[K]['input']>
export type JobResult<K extends JobKind> = z.infer<(typeof jobContracts)[K]['result']>
