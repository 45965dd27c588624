import { z } from 'zod'
import { AppError } from '../../protocol/errors.ts'

/** Local wall time as the database writes it; null for an unknown date. */
const SortAt = z.iso
  .datetime({ local: true })
  .refine((text) => !text.startsWith('0000') && !text.endsWith('Z'))
  .nullable()

/** Where a list of assets goes on: after this asset, in this direction. */
export const AssetCursor = z.strictObject({
  sort: z.enum(['newest', 'oldest']),
  at: SortAt,
  id: z.int().positive(),
})
export type AssetCursor = z.infer<typeof AssetCursor>

/** Where a list by id goes on. */
export const IdCursor = z.strictObject({ id: z.int().positive() })
export type IdCursor = z.infer<typeof IdCursor>

/** Where a list by nearness goes on: after this distance and asset; `seen` before it. Of one question to one model. */
export const NearCursor = z.strictObject({
  asked: z.string().length(12),
  model: z.int().positive().max(2_147_483_647),
  distance: z.number().min(0).max(3),
  id: z.int().positive(),
  seen: z.int().positive(),
})
export type NearCursor = z.infer<typeof NearCursor>

/** Opaque to callers: its shape may change with any version. */
export function encodeCursor(value: AssetCursor | IdCursor | NearCursor): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

/** @throws AppError `bad_request` for anything that `encodeCursor` has not made */
export function decodeCursor<T extends z.ZodType>(schema: T, cursor: string): z.output<T> {
  try {
    return schema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch (cause) {
    throw new AppError('bad_request', 'The cursor is not one of this list; start again without it', { cause })
  }
}
