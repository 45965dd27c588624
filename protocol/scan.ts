import { z } from 'zod'
import { LibraryId } from './ids.ts'
import { PathName } from './path-name.ts'

/** Why something under a root was left out of the library. */
export const SkipReason = z.enum([
  'hidden',
  'system',
  'ignored',
  'link',
  'special',
  'unsupported',
  'unreadable',
  'data_folder',
])
export type SkipReason = z.infer<typeof SkipReason>

export const ScanInput = z.object({
  libraryId: LibraryId,
  /** Absolute path on the agent's machine. */
  root: PathName,
  ignoreGlobs: z.array(z.string()),
})
export type ScanInput = z.infer<typeof ScanInput>

/**
 * One folder as the walk found it. `digest` is 16 bytes of SHA-256 in base64url over the sorted
 * names, sizes and modification times of its media files: equal digests mean that nothing changed.
 */
export const ScannedFolder = z.object({
  path: PathName,
  digest: z.string().length(22),
  files: z.int().nonnegative(),
})
export type ScannedFolder = z.infer<typeof ScannedFolder>

export const ScannedFile = z.object({
  name: PathName,
  sizeBytes: z.int().nonnegative(),
  /** Microseconds since 1970; an integer below 2^53. */
  mtimeUs: z.int(),
})
export type ScannedFile = z.infer<typeof ScannedFile>

export const SkippedPath = z.object({ path: PathName, reason: SkipReason })
export type SkippedPath = z.infer<typeof SkippedPath>

/** Part of a running scan. Parts may arrive twice; the second time changes nothing. */
export const ScanChunk = z.discriminatedUnion('type', [
  /** Asks which of these folders differ from what is known. */
  z.object({ type: z.literal('folders'), folders: z.array(ScannedFolder).max(5_000) }),
  /** The files of folders that differ. `last` closes the folder: names not listed by then are missing. */
  z.object({
    type: z.literal('files'),
    folders: z
      .array(
        z.object({
          path: PathName,
          digest: z.string().length(22),
          files: z.array(ScannedFile).max(5_000),
          last: z.boolean(),
        }),
      )
      .max(5_000),
  }),
  z.object({ type: z.literal('skipped'), skipped: z.array(SkippedPath).max(5_000) }),
])
export type ScanChunk = z.infer<typeof ScanChunk>

export const ScanChunkAnswer = z.object({
  /** Paths of the asked folders whose files the coordinator wants to see. */
  changed: z.array(PathName),
})
export type ScanChunkAnswer = z.infer<typeof ScanChunkAnswer>

export const ScanResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('complete'),
    folders: z.int().nonnegative(),
    files: z.int().nonnegative(),
    skipped: z.partialRecord(SkipReason, z.int().nonnegative()),
    /** Subtrees that could not be read: unknown, not absent. */
    unreadable: z.array(PathName),
  }),
  /** The root could not be reached; nothing is known about its files. */
  z.object({ outcome: z.literal('offline'), reason: z.string() }),
])
export type ScanResult = z.infer<typeof ScanResult>
