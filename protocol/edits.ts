import { z } from 'zod'
import { BulkEdit, CurationField, Edit } from './curation.ts'
import { AccountId, AssetId, LibraryId } from './ids.ts'

/** Most assets that one edit may change. */
export const MAX_BULK_ASSETS = 10_000

/** What is true of an asset now, whoever says it. As `CurationFields`, but files may hold what people may not enter. */
export const CuratedValues = z
  .object({
    rating: z.int().nullable(),
    label: z.string().nullable(),
    title: z.string().nullable(),
    description: z.string().nullable(),
    creator: z.array(z.string()).nullable(),
    copyright: z.string().nullable(),
    keywords: z.array(z.array(z.string())).nullable(),
    captured: z.object({ local: z.string(), offsetMinutes: z.int().nullable() }).nullable(),
    position: z
      .object({ latitude: z.number(), longitude: z.number(), altitudeM: z.number().nullable() })
      .nullable(),
    place: z
      .object({
        country: z.string().nullable(),
        state: z.string().nullable(),
        city: z.string().nullable(),
        location: z.string().nullable(),
      })
      .nullable(),
    regions: z
      .array(
        z.object({
          kind: z.enum(['person', 'object']),
          name: z.string(),
          box: z.tuple([z.number(), z.number(), z.number(), z.number()]),
        }),
      )
      .nullable(),
    favourite: z.boolean(),
  })
  .meta({ id: 'CuratedValues' })
export type CuratedValues = z.infer<typeof CuratedValues>

/**
 * `pending`: will be written to the sidecar. `waiting_approval`: when an administrator lets it. `written`: the sidecar
 * says it, read back. `failed`: with a reason. `conflict`: the sidecar was changed outside meanwhile; a person decides.
 * `kept_here`: in Hearth alone, because the library or the agent says so.
 */
export const WriteBackState = z.enum([
  'pending',
  'waiting_approval',
  'written',
  'failed',
  'conflict',
  'kept_here',
])
export type WriteBackState = z.infer<typeof WriteBackState>

/** Which of a sidecar's two usual names a new one gets; `existing`: the one that is there, else the full one. */
export const SidecarNaming = z.enum(['base', 'full', 'existing'])
export type SidecarNaming = z.infer<typeof SidecarNaming>

/** What a library allows with what people enter. */
export const WriteBackPolicy = z
  .object({
    mode: z.enum(['off', 'sidecar']),
    /** An administrator lets each edit out. */
    approval: z.boolean(),
    /** Edits within this time of each other become one write, in milliseconds. */
    quietMs: z.int().min(0).max(86_400_000),
    naming: SidecarNaming,
    /** Sidecars lie below this folder of the agent's machine and the library stays untouched. */
    mirrorRoot: z.string().min(1).max(4_096).nullable(),
  })
  .meta({ id: 'WriteBackPolicy' })
export type WriteBackPolicy = z.infer<typeof WriteBackPolicy>

/** Who has said what a field is: each field that a person has set. */
export const PersonsWord = z
  .object({
    field: CurationField,
    /** Null: the name is no longer known. */
    by: z.string().nullable(),
    at: z.iso.datetime(),
  })
  .meta({ id: 'PersonsWord' })

/** What an editor needs to know about an asset. */
export const AssetCuration = z
  .object({
    /** Counts up with each edit; 0: nobody has edited it. */
    revision: z.int().nonnegative(),
    values: CuratedValues,
    persons: z.array(PersonsWord),
    /** Null: there is nothing to write. */
    writeBack: z.object({ state: WriteBackState, reason: z.string().nullable() }).nullable(),
  })
  .meta({ id: 'AssetCuration' })
export type AssetCuration = z.infer<typeof AssetCuration>

/** Something is to change. */
const notEmpty = (edit: object) => Object.keys(edit).length > 0

export const EditRequest = z.strictObject({
  edit: Edit.refine(notEmpty, 'names no field'),
  /** Refused when somebody has edited the asset since. */
  ifRevision: z.int().nonnegative().optional(),
})

/** What an edit, an undo or a decision has done. */
export const EditAnswer = z
  .object({
    /** Null: it changed nothing, and the history has no entry. */
    editId: z.int().positive().nullable(),
    /** Assets that are different now. */
    assets: z.int().nonnegative(),
    /** Fields that an undo left alone, because somebody has edited them since. */
    kept: z.array(z.object({ assetId: AssetId, field: CurationField })),
  })
  .meta({ id: 'EditAnswer' })
export type EditAnswer = z.infer<typeof EditAnswer>

/** `undo`: of an edit, or of an undo. `resolve`: a conflict. `merge`: two assets became one. `read`: from our own sidecars. */
export const EditKind = z.enum(['edit', 'undo', 'resolve', 'merge', 'read'])
export type EditKind = z.infer<typeof EditKind>

/** One entry of the history. */
export const EditView = z
  .object({
    id: z.int().positive(),
    kind: EditKind,
    at: z.iso.datetime(),
    accountId: AccountId.nullable(),
    by: z.string().nullable(),
    assets: z.int().nonnegative(),
    fields: z.array(CurationField),
    /** The entry that this one takes back. */
    undoes: z.int().positive().nullable(),
    /** The entry that has taken this one back. */
    undoneBy: z.int().positive().nullable(),
  })
  .meta({ id: 'Edit' })
export type EditView = z.infer<typeof EditView>

/** One field of one asset in the history: what was shown before and after. */
export const AssetChange = z
  .object({
    id: z.int().positive(),
    editId: z.int().positive(),
    kind: EditKind,
    at: z.iso.datetime(),
    by: z.string().nullable(),
    field: CurationField,
    before: z.unknown(),
    after: z.unknown(),
    /** The person's word was taken away: files speak again. */
    fallsBack: z.boolean(),
  })
  .meta({ id: 'AssetChange' })
export type AssetChange = z.infer<typeof AssetChange>

export const AssetIds = z.array(AssetId).min(1).max(MAX_BULK_ASSETS)
export const BulkChange = BulkEdit.refine(notEmpty, 'names no field')

/** One asset's write-back. */
export const WriteBackView = z
  .object({
    /** Of the asset: it has one. */
    id: AssetId,
    libraryId: LibraryId,
    name: z.string(),
    folder: z.string(),
    state: WriteBackState,
    /** One word: why it is so; see `docs/write-back.md`. */
    reason: z.string().nullable(),
    /** A sentence. */
    message: z.string().nullable(),
    /** The sidecar, relative to its root; null until one was chosen. */
    sidecar: z.string().nullable(),
    wantedRevision: z.int(),
    writtenRevision: z.int(),
    /** A version before ours is kept and can be put back. */
    canUndo: z.boolean(),
    changedAt: z.iso.datetime(),
    /** Of a conflict: the fields in which the two differ. */
    conflict: z.array(z.object({ field: CurationField, mine: z.unknown(), theirs: z.unknown() })).nullable(),
    /** Stands for both sides as they are shown here; a decision names it, and is refused once either has changed. */
    conflictVersion: z.string().nullable(),
  })
  .meta({ id: 'WriteBack' })
export type WriteBackView = z.infer<typeof WriteBackView>
