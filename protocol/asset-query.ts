import { z } from 'zod'
import { AssetState } from './assets.ts'
import { AssetKind, FileRole } from './media.ts'

/** Query strings are text: these turn it into what it means. */
export const numberParam = z.coerce.number().int().positive()
export const flagParam = z.enum(['true', 'false']).transform((value) => value === 'true')
export const idParams = z.object({ id: numberParam })

/** An answer that says only that it is done. */
export const Nothing = z.object({}).meta({ id: 'Nothing' })

export const pageParams = {
  /** Opaque; from `nextCursor` of the page before. */
  cursor: z.string().max(512).optional(),
  limit: z.coerce.number().int().min(1).max(1_000).default(100),
}

export const page = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() })

/** Filters shared by lists of assets and the timeline. */
export const assetFilters = {
  kind: AssetKind.optional(),
  libraryId: numberParam.optional(),
  hasRaw: flagParam.optional(),
  state: AssetState.extract(['ready', 'damaged']).optional(),
}

export const AssetListQuery = z.object({
  ...assetFilters,
  /** First and last local day, inclusive: `2024-05-01`. */
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  camera: z.string().max(200).optional(),
  rating: z.coerce.number().int().min(-1).max(5).optional(),
  /** At least so many stars. */
  minRating: z.coerce.number().int().min(-1).max(5).optional(),
  label: z.string().max(64).optional(),
  favourite: flagParam.optional(),
  /** A keyword, or a step of a hierarchical one, as it is written. */
  keyword: z.string().max(256).optional(),
  /** Somebody marked in the picture, as the name is written. */
  person: z.string().max(1_024).optional(),
  /** A thing that was found or drawn in the picture, by what it is called; what a person has rejected is not there. */
  thing: z.string().min(1).max(1_024).optional(),
  /** A country, state, city or location. */
  place: z.string().max(1_024).optional(),
  fileRole: FileRole.optional(),
  /** Part of a file name, folder, title, description or keyword. */
  text: z.string().max(200).optional(),
  sort: z.enum(['newest', 'oldest']).default('newest'),
  ...pageParams,
})
export type AssetListQuery = z.infer<typeof AssetListQuery>
