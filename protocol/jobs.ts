import { z } from 'zod'
import type { Capability } from './capability.ts'
import { IngestInput, IngestResult } from './ingest.ts'
import { ScanChunk, ScanChunkAnswer, ScanInput, ScanResult } from './scan.ts'

export const JobKind = z.enum(['library.scan', 'file.ingest'])
export type JobKind = z.infer<typeof JobKind>

export const JobState = z.enum(['queued', 'leased', 'done', 'dead', 'cancelled'])
export type JobState = z.infer<typeof JobState>

/** Higher goes first. */
export const priorities = { interactive: 50, writeBack: 40, scan: 30, ingest: 20, vision: 10 } as const

type JobContract = {
  capability: Capability
  priority: number
  input: z.ZodType
  result: z.ZodType
  chunk: z.ZodType
  chunkAnswer: z.ZodType
  maxAttempts: number
}

/** What each kind of job takes and gives. A new kind of work is one entry here and one handler in an agent. */
export const jobContracts = {
  'library.scan': {
    capability: 'scan',
    priority: priorities.scan,
    input: ScanInput,
    result: ScanResult,
    chunk: ScanChunk,
    chunkAnswer: ScanChunkAnswer,
    maxAttempts: 5,
  },
  'file.ingest': {
    capability: 'ingest',
    priority: priorities.ingest,
    input: IngestInput,
    result: IngestResult,
    chunk: z.never(),
    chunkAnswer: z.never(),
    maxAttempts: 5,
  },
} as const satisfies Record<JobKind, JobContract>

export type JobInput<K extends JobKind> = z.infer<(typeof jobContracts)[K]['input']>
export type JobResult<K extends JobKind> = z.infer<(typeof jobContracts)[K]['result']>
