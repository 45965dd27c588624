import { z } from 'zod'
import { EditLine, RegionBox } from './curation.ts'
import { AssetId, DetectionId } from './ids.ts'
import { Mask } from './mask.ts'
import { ModelCard, ModelKey, ModelState, StageTimes, VisionTask } from './models.ts'
import { Point } from './vision.ts'

/** `proposed` by a model; `confirmed` or `rejected` by a person; `drawn` by a person, whom no model contradicts. */
export const DetectionReview = z.enum(['proposed', 'confirmed', 'rejected', 'drawn'])
export type DetectionReview = z.infer<typeof DetectionReview>

/** A thing or a face in a picture. */
export const DetectionView = z
  .object({
    id: DetectionId,
    assetId: AssetId,
    kind: z.enum(['object', 'face']),
    /** What people call it; a model's class until a person has said otherwise. `face` for faces. */
    label: z.string(),
    box: RegionBox,
    mask: Mask.nullable(),
    /** Faces only. */
    landmarks: z.array(Point).length(5).nullable(),
    /** Null for what a person has drawn. */
    score: z.number().min(0).max(1).nullable(),
    review: DetectionReview,
    /** Who found it; null for what a person has drawn. */
    model: ModelKey.nullable(),
  })
  .meta({ id: 'Detection' })
export type DetectionView = z.infer<typeof DetectionView>

export const NewDetection = z
  .strictObject({ label: EditLine, box: RegionBox, mask: Mask.nullable().default(null) })
  .meta({ id: 'NewDetection' })

export const DetectionChange = z
  .strictObject({
    review: DetectionReview.extract(['proposed', 'confirmed', 'rejected']).optional(),
    label: EditLine.optional(),
    box: RegionBox.optional(),
  })
  .meta({ id: 'DetectionChange' })

/** Answer to a pointing finger. */
export const SegmentAnswer = z
  .object({
    mask: Mask.nullable(),
    box: RegionBox.nullable(),
    score: z.number().min(0).max(1),
    model: ModelKey,
    stagesMs: StageTimes,
  })
  .meta({ id: 'SegmentAnswer' })
export type SegmentAnswer = z.infer<typeof SegmentAnswer>

/** One model as the fleet has it. */
export const ModelView = ModelCard.omit({ classes: true })
  .extend({
    /** Machines that have it, and in which state. */
    machines: z.array(
      z.object({
        agent: z.string(),
        online: z.boolean(),
        state: ModelState,
        reason: z.string().nullable(),
        provider: z.string().nullable(),
        batch: z.int().nullable(),
        picturesPerSecond: z.number().nullable(),
        stagesMs: StageTimes.nullable(),
      }),
    ),
  })
  .meta({ id: 'Model' })
export type ModelView = z.infer<typeof ModelView>

/** How far a task has come with the model that is in use for it. */
export const TaskView = z
  .object({
    task: VisionTask,
    inUse: ModelKey.nullable(),
    models: z.array(ModelView),
    /** Assets that have a preview. */
    total: z.int().nonnegative(),
    /** Of these, looked at by the model in use, with the preview that they have now. */
    done: z.int().nonnegative(),
    /** Of those done, with a reason why they could not be looked at. */
    problems: z.int().nonnegative(),
    /** Jobs that wait or run. */
    open: z.int().nonnegative(),
    etaSeconds: z.number().nonnegative().nullable(),
    /** What to do when nothing can go on: no model, or none on a machine that is there. */
    waitsFor: z.string().nullable(),
  })
  .meta({ id: 'Task' })
export type TaskView = z.infer<typeof TaskView>
