import { z } from 'zod'

/** Longer texts than these are a mistake or an attack; editors of photographs stay far below. */
export const MAX_TEXT_CHARS = 32_768
const MAX_LINE_CHARS = 1_024
const MAX_KEYWORD_CHARS = 256
const MAX_KEYWORDS = 1_000
export const MAX_REGIONS = 500

// Tab and line breaks are for texts of several lines only; the rest is never typed by anybody.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const controlInText = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const controlInLine = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/

/** A text of several lines. */
export const EditText = z
  .string()
  .max(MAX_TEXT_CHARS)
  .refine((text) => !controlInText.test(text), 'holds control characters')
  .refine((text) => text.isWellFormed(), 'is no valid Unicode')

/** A text of one line, with something in it. */
export const EditLine = z
  .string()
  .trim()
  .min(1)
  .max(MAX_LINE_CHARS)
  .refine((text) => !controlInLine.test(text), 'holds control characters or line breaks')
  .refine((text) => text.isWellFormed(), 'is no valid Unicode')

/** One step of a keyword's way. `|` and `/` part the steps in files, so none may be in one. */
export const KeywordSegment = EditLine.max(MAX_KEYWORD_CHARS).refine(
  (text) => !/[|/]/.test(text),
  'holds | or /, which part the steps of a keyword: give them as separate steps',
)

/** A keyword with the way that leads to it, from the root: `['Places', 'Italy', 'Rome']`; a flat one has one step. */
export const KeywordPath = z.array(KeywordSegment).min(1).max(16)
export type KeywordPath = z.infer<typeof KeywordPath>

/** `[x, y, width, height]` as fractions of the upright picture. */
export const RegionBox = z
  .tuple([
    z.number().min(0).max(1),
    z.number().min(0).max(1),
    z.number().positive().max(1),
    z.number().positive().max(1),
  ])
  .refine(([x, y, width, height]) => x + width <= 1.000001 && y + height <= 1.000001, 'leaves the picture')

/** A person or a thing that somebody has marked. */
export const Region = z.strictObject({ kind: z.enum(['person', 'object']), name: EditLine, box: RegionBox })
export type Region = z.infer<typeof Region>

/** When it was taken, by the camera's clock: `2024-05-01T14:03:22`, to the millisecond at most. */
export const EditedTime = z.strictObject({
  local: z
    .string()
    .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?$/, 'is no time like 2024-05-01T14:03:22')
    .refine((text) => isRealTime(text), 'is no time of the calendar'),
  /** Of the place from UTC; null: not known. */
  offsetMinutes: z.int().min(-1_080).max(1_080).nullable(),
})
export type EditedTime = z.infer<typeof EditedTime>

export const EditedPosition = z.strictObject({
  latitude: z.number().min(-90).max(90),
  longitude: z.number().min(-180).max(180),
  altitudeM: z.number().min(-12_000).max(100_000).nullable(),
})

/** Where it was taken, in words; null: not known. */
export const EditedPlace = z.strictObject({
  country: EditLine.nullable(),
  state: EditLine.nullable(),
  city: EditLine.nullable(),
  location: EditLine.nullable(),
})

/** The colours that Lightroom, digiKam and darktable share; files may hold other words. */
export const labelColours = ['Red', 'Yellow', 'Green', 'Blue', 'Purple'] as const

/**
 * What a person may say about an asset. A field that is not there stays as it is; null takes away what was said,
 * by whomever: the field is then empty because a person wants it so.
 */
export const CurationFields = z.strictObject({
  /** Stars; −1 is rejected, 0 is unrated on purpose. */
  rating: z.int().min(-1).max(5).nullable(),
  label: EditLine.max(64).nullable(),
  title: EditLine.nullable(),
  description: EditText.nullable(),
  creator: z.array(EditLine).max(64).nullable(),
  copyright: EditLine.nullable(),
  keywords: z.array(KeywordPath).max(MAX_KEYWORDS).nullable(),
  captured: EditedTime.nullable(),
  position: EditedPosition.nullable(),
  place: EditedPlace.nullable(),
  regions: z.array(Region).max(MAX_REGIONS).nullable(),
  /** Of the household, kept here only: no standard property says it. */
  favourite: z.boolean(),
})
export type CurationFields = z.infer<typeof CurationFields>

export const CurationField = z.enum(
  Object.keys(CurationFields.shape) as [keyof CurationFields, ...(keyof CurationFields)[]],
)
export type CurationField = z.infer<typeof CurationField>

/** A change to one asset. */
export const Edit = CurationFields.partial()
export type Edit = z.infer<typeof Edit>

/** A change to many at once: as an edit, and what only makes sense beside what each has. */
export const BulkEdit = CurationFields.partial().extend({
  addKeywords: z.array(KeywordPath).max(100).optional(),
  removeKeywords: z.array(KeywordPath).max(100).optional(),
  /** Added to each capture time, in seconds: a camera whose clock was wrong. */
  shiftCapturedSeconds: z.int().min(-4_000_000_000).max(4_000_000_000).optional(),
})
export type BulkEdit = z.infer<typeof BulkEdit>

/** Nobody photographed before the year 1000, and Postgres has no year 0. */
function isRealTime(text: string): boolean {
  if (text < '1000') return false
  const at = new Date(`${text}Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().slice(0, 19) === text.slice(0, 19)
}
