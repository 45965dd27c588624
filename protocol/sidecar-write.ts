import { z } from 'zod'
import { CurationField, CurationFields } from './curation.ts'
import { AssetId, ContentHash, LibraryId } from './ids.ts'
import { Tags } from './ingest.ts'
import { PathName } from './path-name.ts'

/** The fields of an asset that have a place in a sidecar. */
export const SidecarFields = CurationFields.omit({ favourite: true }).partial()
export type SidecarFields = z.infer<typeof SidecarFields>

/**
 * Tags by which Hearth knows its own word in a sidecar, as the tags of an ingested file name them: `fields` lists
 * what people have said here, also what they want empty; `revision` is that of the write.
 */
export const sidecarMarks = { fields: 'XMP:HearthFields', revision: 'XMP:HearthRevision' } as const

/** A file as it was read: what may be written over. */
export const SidecarVersion = z.object({
  contentHash: ContentHash,
  sizeBytes: z.int().nonnegative(),
  mtimeUs: z.int(),
})
export type SidecarVersion = z.infer<typeof SidecarVersion>

/** `sidecar.write`: merge what people have entered about one asset into one sidecar. */
export const SidecarWriteInput = z.object({
  assetId: AssetId,
  libraryId: LibraryId,
  /** The library's root on the agent's machine. */
  root: PathName,
  /** Where the sidecar lies instead when the library must stay untouched: a root of its own with the same folders. */
  mirrorRoot: PathName.nullable(),
  /** The sidecar, relative to the root; ends in `.xmp`. */
  path: PathName,
  /** The pictures that it describes, relative to the root; one of them must be there. */
  pictures: z.array(PathName).min(1).max(64),
  /** What it was when it was read last; null: there was none. Anything else that lies there now is a conflict. */
  expected: ContentHash.nullable(),
  /** What that version said, as it was ingested; null: not known, or much. Saves reading it once more. */
  expectedTags: Tags.nullable().default(null),
  /** A person has seen what lies there, with this hash, and wants it merged into. */
  resolved: ContentHash.nullable(),
  /** Counts up with each edit of the asset. Goes into the sidecar, so that a write that is tried again finds itself done. */
  revision: z.int().positive(),
  /** All that people have said about the asset, not only what is new. */
  fields: SidecarFields,
  /** Of the upright picture that regions are parts of; null: not known. */
  pictureSizePx: z.object({ width: z.int().positive(), height: z.int().positive() }).nullable().default(null),
})
export type SidecarWriteInput = z.infer<typeof SidecarWriteInput>

/** What became of it. Only what may pass by itself (a full disk, a share that is gone) is a failed job. */
export const SidecarWriteResult = z.discriminatedUnion('outcome', [
  z.object({
    outcome: z.literal('written'),
    revision: z.int().positive(),
    sidecar: SidecarVersion,
    /** As read back from the file that was written. */
    tags: Tags,
    /** Where the version before is kept, relative to the folder for kept versions; null: there was none. */
    keptBefore: z.string().nullable(),
  }),
  z.object({
    outcome: z.literal('conflict'),
    revision: z.int().positive(),
    /** What lies there; null: it is gone. */
    sidecar: SidecarVersion.nullable(),
    tags: Tags.nullable(),
  }),
  z.object({
    outcome: z.literal('refused'),
    revision: z.int().positive(),
    reason: z.enum([
      /** The agent's own configuration forbids it. */
      'not_allowed',
      'read_only',
      /** What lies there cannot be understood, so it is left alone. */
      'malformed',
      /** It belongs to another picture. */
      'foreign',
      'picture_missing',
      /** Read back, it did not say what was to be written; nothing was changed. */
      'not_verified',
    ]),
    message: z.string().max(1_000),
    /** The fields that it is about, if not all. */
    fields: z.array(CurationField).optional(),
  }),
])
export type SidecarWriteResult = z.infer<typeof SidecarWriteResult>

/** `sidecar.restore` puts a kept version back, under the same guard. */
export const SidecarRestoreInput = SidecarWriteInput.pick({
  assetId: true,
  libraryId: true,
  root: true,
  mirrorRoot: true,
  path: true,
  pictures: true,
  expected: true,
  revision: true,
}).extend({ keptBefore: z.string().max(512) })
export type SidecarRestoreInput = z.infer<typeof SidecarRestoreInput>
