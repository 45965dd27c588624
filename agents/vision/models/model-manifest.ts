import { z } from 'zod'
import { ContentHash } from '../../../protocol/ids.ts'
import { VisionTask } from '../../../protocol/models.ts'
import { findContradictions } from './find-contradictions.ts'

/** No model for a machine at home comes near it; a manifest that says more is wrong. */
export const MAX_MODEL_FILE_BYTES = 32 * 1024 ** 3

/** A file of a model: a plain name inside the model's own folder. */
export const FileName = z
  .string()
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'must be a plain file name')

export const ModelId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]{0,63}$/, 'must be a short name in small letters')

export const ModelFile = z.strictObject({
  name: FileName,
  sha256: ContentHash,
  sizeBytes: z.int().positive().max(MAX_MODEL_FILE_BYTES),
  /** Where `hearth models pull` gets it; null: its owner brings it. */
  url: z
    .url({ protocol: /^https?$/ })
    .nullable()
    .default(null),
})
export type ModelFile = z.infer<typeof ModelFile>

/** One ONNX file of a model, and what must be known to run it. What is left out is the family's own value. */
export const ModelPart = z.strictObject({
  /** Name of the decoder: a file of `agents/vision/families/`. */
  family: z.string().max(64),
  /** The ONNX file; others of `files` (external data, vocabulary) lie beside it under their names. */
  file: FileName,
  /** `[width, height]` of the input, in pixels; needed where the file leaves it free. */
  inputPx: z.tuple([z.int().min(16).max(4_096), z.int().min(16).max(4_096)]).optional(),
  /** Subtracted from the channels in 0..1, and what they are divided by then. */
  mean: z.tuple([z.number(), z.number(), z.number()]).optional(),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]).optional(),
  channels: z.enum(['rgb', 'bgr']).optional(),
  /** Names of the classes by number; `classFile` instead for long lists, one a line. */
  classes: z.array(z.string().min(1).max(128)).max(20_000).optional(),
  classFile: FileName.optional(),
  /** Found with less is left out. */
  minScore: z.number().min(0).max(1).optional(),
  /** Two boxes of one class that overlap by more are one. */
  maxOverlap: z.number().min(0).max(1).optional(),
  /** Text towers: `tokenizer.json` and, beside it, `tokenizer_config.json`. */
  tokenizerFile: FileName.optional(),
  /** Text towers: tokens of a text, padded or cut to it. */
  contextLength: z.int().min(1).max(1_024).optional(),
})
export type ModelPart = z.infer<typeof ModelPart>

export const PartName = z.enum(['detector', 'embedder', 'encoder', 'decoder', 'image', 'text'])
export type PartName = z.infer<typeof PartName>

const fields = {
  id: ModelId,
  name: z.string().min(1).max(128),
  task: VisionTask,
  /** SPDX id, or words where there is none. */
  licence: z.string().min(1).max(128),
  /** Page on which the model and its licence are described. */
  source: z.string().max(1_024),
  /** Length of its vectors: models for `embed`, and those that tell faces apart. */
  dimensions: z.int().min(1).max(4_096).optional(),
  /** A model that sees more than a preview shows asks for originals; default: previews. Clicks are always for previews. */
  looksAt: z.enum(['preview', 'original']).optional(),
  parts: z.partialRecord(PartName, ModelPart),
}

/**
 * A model: what it does, where it comes from, its files, and how they are decoded.
 *
 * Parts by role: `detector`; or `encoder` and `decoder` (segment); or `image` and, for queries, `text` (embed);
 * or `detector` and, to tell people apart, `embedder` (faces). A segmenting detector alone does for `segment`, too.
 */
export const ModelManifest = z
  .strictObject({ ...fields, files: z.array(ModelFile).min(1).max(16) })
  .superRefine(findContradictions)
export type ModelManifest = z.infer<typeof ModelManifest>

/** A manifest as its owner writes it by hand: what can be measured may be left out until it has been. */
export const DraftManifest = z
  .strictObject({
    ...fields,
    source: fields.source.default(''),
    files: z
      .array(ModelFile.partial({ sha256: true, sizeBytes: true }))
      .min(1)
      .max(16),
  })
  .superRefine(findContradictions)
export type DraftManifest = z.infer<typeof DraftManifest>
