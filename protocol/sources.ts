import { z } from 'zod'
import { AssetFileId, ContentHash, JobId, LibraryId } from './ids.ts'
import { PathName } from './path-name.ts'

/** How an agent gets at originals that are not its own. */
export const SourceKind = z.enum(['path', 'smb', 'relay'])
export type SourceKind = z.infer<typeof SourceKind>

/** A file as its vault names it. */
export const VaultFile = z.object({
  fileId: AssetFileId,
  libraryId: LibraryId,
  /** Absolute, on the vault's machine. */
  root: PathName,
  /** Relative to the root. */
  path: PathName,
  sizeBytes: z.int().nonnegative(),
  contentHash: ContentHash,
})
export type VaultFile = z.infer<typeof VaultFile>

/** A known file of a library, on which an agent proves its sources. */
export const SourceSample = VaultFile.extend({ libraryName: z.string().max(64) })
export type SourceSample = z.infer<typeof SourceSample>

const DerivedInput = z.object({ hash: ContentHash, sizeBytes: z.int().positive() })

/** What a job gives its handler to read: `agents/sources/read-input.ts` turns it into bytes. */
export const InputFile = VaultFile.extend({
  /** The derived preview, when there is one. */
  preview: DerivedInput.nullable(),
  /** The picture of the gallery, made from the same pixels: enough for models with small inputs. */
  grid: DerivedInput.extend({ widthPx: z.int().positive(), heightPx: z.int().positive() })
    .nullable()
    .default(null),
})
export type InputFile = z.infer<typeof InputFile>

/** Who wants the file: an agent reads what its jobs are about, with the token that says that it still holds them. */
export const InputJob = z.object({ jobId: JobId, fencingToken: z.int().positive() })
export type InputJob = z.infer<typeof InputJob>

export const SourceState = z.enum(['untried', 'proved', 'failed'])
export type SourceState = z.infer<typeof SourceState>

/** How one source of an agent stands for one library. */
export const SourceReport = z.object({
  libraryId: LibraryId,
  /** Place in the agent's configuration: lower ones are tried first. */
  place: z.int().min(0).max(255),
  kind: SourceKind,
  /** For people: a folder or an address, without secrets. */
  label: z.string().max(1_024),
  state: SourceState,
  /** Why it failed and what to do. */
  reason: z.string().max(2_000).nullable(),
  /** Of the last proof that succeeded. */
  megabytesPerSecond: z.number().nonnegative().nullable(),
  firstByteMs: z.number().nonnegative().nullable(),
})
export type SourceReport = z.infer<typeof SourceReport>

/** Libraries of one answer. */
export const MAX_SAMPLES = 1_024

/** Events of an agent about its sources; part of `agentEvents`. */
export const sourceEvents = {
  /** Which libraries there are to read, each with a sample; asked now and then. */
  'sources.samples': {
    /** How many the agent wants at most. */
    message: z.object({ limit: z.int().min(1).max(MAX_SAMPLES) }),
    answer: z.object({ samples: z.array(SourceSample).max(MAX_SAMPLES) }),
  },
  /** How all sources stand; replaces what was reported before. */
  'sources.report': {
    message: z.object({ sources: z.array(SourceReport).max(4_096) }),
    answer: z.object({}),
  },
} as const
