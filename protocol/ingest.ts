import { z } from 'zod'
import { AssetFileId, ContentHash, LibraryId } from './ids.ts'
import { AssetKind, DerivedFile, Problem } from './media.ts'
import { PathName } from './path-name.ts'

export const IngestInput = z.object({
  fileId: AssetFileId,
  libraryId: LibraryId,
  /** Absolute path of the library's root on the agent's machine. */
  root: PathName,
  /** Relative to the root. */
  path: PathName,
  sizeBytes: z.int().nonnegative(),
  mtimeUs: z.int(),
})
export type IngestInput = z.infer<typeof IngestInput>

/** ExifTool's answer with `-G -n`: keys are `Group:Tag`, values numbers, texts or lists of them. */
export const Tags = z.record(z.string(), z.unknown())
export type Tags = z.infer<typeof Tags>

/** What the pixels or the stream are, upright. */
export const MediaFacts = z.object({
  kind: AssetKind,
  widthPx: z.int().positive().nullable(),
  heightPx: z.int().positive().nullable(),
  durationMs: z.int().nonnegative().nullable(),
  codec: z.string().max(64).nullable(),
})
export type MediaFacts = z.infer<typeof MediaFacts>

/** Everything that one reading of a file gave. */
export const IngestResult = z.object({
  contentHash: ContentHash,
  /** As they were when the bytes were read; a difference to the scan means the file has changed since. */
  sizeBytes: z.int().nonnegative(),
  mtimeUs: z.int(),
  /** `fast` was read with `-fast2`, without MakerNotes. Null when ExifTool could not read the file. */
  metadata: z.object({ pass: z.enum(['fast', 'full']), tags: Tags }).nullable(),
  /** Null for sidecars and for files that nothing here can open. */
  media: MediaFacts.nullable(),
  derived: z.array(DerivedFile).max(8),
  /** ThumbHash in base64, at most 25 bytes before encoding. */
  thumbhash: z.base64().max(64).nullable(),
  problem: Problem.nullable(),
})
export type IngestResult = z.infer<typeof IngestResult>
