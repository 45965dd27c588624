import { z } from 'zod'
import { findRuns } from './rle-counts.ts'

/** Longest side of a mask, in pixels: no larger than a preview. */
export const MAX_MASK_SIDE_PX = 1_440

/** Longest run lengths of a mask: many times what the outline of a thing takes. */
export const MAX_MASK_COUNTS = 262_144

/**
 * Which pixels of the upright picture belong to something: COCO's compressed run lengths, byte for byte as
 * pycocotools writes them. The mask covers the whole picture, at the resolution of the model that made it.
 */
export const Mask = z
  .strictObject({
    /** `[heightPx, widthPx]`, as COCO has it. */
    size: z.tuple([z.int().min(1).max(MAX_MASK_SIDE_PX), z.int().min(1).max(MAX_MASK_SIDE_PX)]),
    /** Run lengths in column-major order, the first of zeros, in COCO's own base-32 code. */
    counts: z
      .string()
      .max(MAX_MASK_COUNTS)
      .regex(/^[0-o]*$/, 'holds characters that COCO masks do not have'),
  })
  .refine(({ size, counts }) => findRuns(counts, size[0] * size[1]) !== undefined, {
    path: ['counts'],
    error: 'are not the run lengths of a mask of this size',
  })
  .meta({ id: 'Mask' })
export type Mask = z.infer<typeof Mask>
