import { z } from 'zod'
import { ContentHash } from './ids.ts'

export const AssetKind = z.enum(['image', 'video'])
export type AssetKind = z.infer<typeof AssetKind>

/** What a file is to its asset; decided by `coordinator/catalog/group-folder.ts`. */
export const FileRole = z.enum(['original', 'cover', 'sidecar', 'export', 'derivative'])
export type FileRole = z.infer<typeof FileRole>

/** Small pictures made from an original. `preview` fits in 1440 px, `grid` in 512, `tiny` in 256. */
export const DerivedKind = z.enum(['preview', 'grid', 'tiny'])
export type DerivedKind = z.infer<typeof DerivedKind>

/** Longest side of each derived picture, in pixels. */
export const derivedSizePx = { preview: 1440, grid: 512, tiny: 256 } as const satisfies Record<
  DerivedKind,
  number
>

/** One derived file as it lies in the derived store, under the SHA-256 of its own bytes. Always upright. */
export const DerivedFile = z.object({
  kind: DerivedKind,
  hash: ContentHash,
  sizeBytes: z.int().positive(),
  widthPx: z.int().positive(),
  heightPx: z.int().positive(),
  mimeType: z.enum(['image/jpeg', 'image/webp']),
})
export type DerivedFile = z.infer<typeof DerivedFile>

/** Why a file has no picture, or not a whole one. It is a fact about the file, not a failed job. */
export const ProblemCode = z.enum([
  'empty',
  'damaged',
  'not_decodable',
  'too_large',
  'too_slow',
  'too_much_memory',
  'no_preview',
  'program_missing',
  'name_not_supported',
])
export type ProblemCode = z.infer<typeof ProblemCode>

export const Problem = z.object({
  code: ProblemCode,
  /** One sentence for the owner of the file. */
  message: z.string().max(1_000),
})
export type Problem = z.infer<typeof Problem>

/** Text that Postgres can hold: NUL removed, lone surrogates replaced. Metadata of real files has both. */
export function storableText(text: string): string {
  return text.replaceAll('\0', '').toWellFormed()
}
