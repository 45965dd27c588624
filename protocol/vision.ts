import { z } from 'zod'
import { RegionBox } from './curation.ts'
import { ContentHash, DetectionId } from './ids.ts'
import { Mask } from './mask.ts'
import { ModelKey, StageTimes } from './models.ts'
import { InputFile } from './sources.ts'

/** Most things that are kept of one picture, best first. */
export const MAX_FOUND = 300

const Score = z.number().min(0).max(1)
/** A name of a class as the model has it. */
const ClassName = z.string().min(1).max(128)
/** Float16 numbers, little endian, base64: half the bytes of float32 and a quarter of JSON. */
export const HalfVector = z.base64().max(16_384)

/** `[x, y]` as fractions of the upright picture. */
export const Point = z.tuple([z.number().min(-1).max(2), z.number().min(-1).max(2)])
export type Point = z.infer<typeof Point>

/** What every look at a picture is given. Its preview is enough for all models. */
const Look = z.object({ model: ModelKey, file: InputFile })

/** What every look at a picture gives, beside what it found. */
const Looked = z.object({
  /** SHA-256 of the preview that was looked at. */
  previewHash: ContentHash,
  provider: z.string().max(32),
  batch: z.int().min(1),
  stagesMs: StageTimes,
  /** Why the picture could not be looked at: a fact about the picture, nothing was found. */
  problem: z.string().max(1_000).nullable(),
})

export const FoundObject = z.object({
  className: ClassName,
  box: RegionBox,
  score: Score,
  /** Where the model draws outlines as well. */
  mask: Mask.nullable(),
})
export type FoundObject = z.infer<typeof FoundObject>

export const FoundFace = z.object({
  box: RegionBox,
  score: Score,
  /** Right eye, left eye, nose, right and left corner of the mouth, as the person has them; null: not known. */
  landmarks: z.array(Point).length(5).nullable(),
  /** Of length 1; null where the face was too small or too turned to be told apart. */
  embedding: HalfVector.nullable(),
})
export type FoundFace = z.infer<typeof FoundFace>

/** `asset.detect`: the subject is an asset. */
export const DetectInput = Look
export const DetectResult = Looked.extend({ objects: z.array(FoundObject).max(MAX_FOUND) })

/** `asset.segment`: outlines of what has been found or drawn without one. */
export const SegmentInput = Look.extend({
  boxes: z.array(z.object({ detectionId: DetectionId, box: RegionBox })).max(MAX_FOUND),
})
export const SegmentResult = Looked.extend({
  masks: z.array(z.object({ detectionId: DetectionId, mask: Mask.nullable(), score: Score })).max(MAX_FOUND),
})

/** `asset.prompt`: somebody points at something and waits for its outline. */
export const Prompt = z
  .strictObject({
    points: z.array(z.strictObject({ at: Point, inside: z.boolean() })).max(32),
    box: RegionBox.nullable(),
  })
  .refine(({ points, box }) => points.length > 0 || box !== null, 'has neither a point nor a box')
export type Prompt = z.infer<typeof Prompt>
export const PromptInput = Look.extend({ prompt: Prompt })
/** `mask` is null where the model sees nothing there. */
export const PromptResult = Looked.extend({ mask: Mask.nullable(), box: RegionBox.nullable(), score: Score })

/** `asset.embed`: what a picture is about, as a vector of length 1. */
export const EmbedInput = Look
export const EmbedResult = Looked.extend({ embedding: HalfVector.nullable() })

/** `asset.faces` */
export const FacesInput = Look
export const FacesResult = Looked.extend({ faces: z.array(FoundFace).max(MAX_FOUND) })

/** `query.embed`: words as a vector in the same space as pictures. */
export const QueryInput = z.object({ model: ModelKey, text: z.string().min(1).max(512) })
export const QueryResult = z.object({
  /** Null where the model has a fixed list of words, and these are not among them. */
  embedding: HalfVector.nullable(),
  /** Words of that list that come near what was asked. */
  suggestions: z.array(z.string().max(128)).max(8),
})
