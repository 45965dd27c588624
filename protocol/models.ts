import { z } from 'zod'

/** What a model does for a picture. One model is in use for each task. */
export const VisionTask = z.enum(['detect', 'segment', 'embed', 'faces'])
export type VisionTask = z.infer<typeof VisionTask>

/**
 * A model as results and queues name it: its id and the first twelve hex digits of what its files and manifest come
 * to, so that other weights under the same name are another model.
 */
export const ModelKey = z.string().regex(/^[a-z0-9][a-z0-9._-]{0,63}@[0-9a-f]{12}$/)
export type ModelKey = z.infer<typeof ModelKey>

/**
 * `ready`: can be run. `missing`: known, its files are not here. `broken`: files are here and are not what the manifest
 * says, or the runtime refuses them. `unsupported`: of a family that this version does not know.
 */
export const ModelState = z.enum(['ready', 'missing', 'broken', 'unsupported'])
export type ModelState = z.infer<typeof ModelState>

/** Kinds of things that a detector tells apart: the largest vocabulary that they are trained for has 1,203. */
export const MAX_CLASSES = 1_500

/** What is known of a model, wherever it lies. */
export const ModelCard = z
  .object({
    key: ModelKey,
    /** As in the manifest: `yolox-nano`. */
    id: z.string().max(64),
    name: z.string().max(128),
    task: VisionTask,
    /** Decoders of its parts: `yolox`, or `yunet + mobilefacenet`. */
    family: z.string().max(128),
    /** SPDX id where there is one. */
    licence: z.string().max(128),
    source: z.string().max(1_024),
    /** Length of its vectors; null where it makes none. */
    dimensions: z.int().min(1).max(4_096).nullable(),
    /** What it can be asked for: any text, a fixed list of words, or nothing. */
    queries: z.enum(['text', 'words', 'none']),
    /** Segmentation only: masks for points and boxes, not only of what it finds by itself. */
    promptable: z.boolean(),
    /**
     * Detectors only: what they call the things that they find. Left out where the names are not known, and by agents
     * of older versions.
     */
    classes: z.array(z.string().max(128)).max(MAX_CLASSES).optional(),
  })
  .meta({ id: 'ModelCard' })
export type ModelCard = z.infer<typeof ModelCard>

/** Where the time of a picture goes, in ms. */
export const StageTimes = z.object({
  fetch: z.number().nonnegative(),
  decode: z.number().nonnegative(),
  /** Resizing and filling the tensor. */
  prepare: z.number().nonnegative(),
  infer: z.number().nonnegative(),
  /** From the model's numbers to boxes, masks and vectors. */
  read: z.number().nonnegative(),
})
export type StageTimes = z.infer<typeof StageTimes>

/** One model on one machine. */
export const AgentModel = ModelCard.extend({
  state: ModelState,
  /** Why it is not ready and what to do. */
  reason: z.string().max(2_000).nullable(),
  /** How it runs, once it has run: null before. */
  running: z
    .object({
      /** Execution provider: `cpu`, `cuda`, `tensorrt`, … */
      provider: z.string().max(32),
      batch: z.int().min(1),
      picturesPerSecond: z.number().nonnegative(),
      /** Means over the last pictures. */
      stagesMs: StageTimes,
    })
    .nullable(),
})
export type AgentModel = z.infer<typeof AgentModel>

/** Why an execution provider is or is not used on a machine. */
export const ProviderReport = z.object({
  provider: z.string().max(32),
  works: z.boolean(),
  reason: z.string().max(1_000).nullable(),
  /** Where it is used: sessions that run side by side, and threads of each. */
  sessions: z.int().min(1).optional(),
  threads: z.int().min(1).optional(),
})
export type ProviderReport = z.infer<typeof ProviderReport>

/** All that an agent knows of its models; replaces what was reported before. */
export const VisionReport = z.object({
  models: z.array(AgentModel).max(256),
  providers: z.array(ProviderReport).max(16),
})
export type VisionReport = z.infer<typeof VisionReport>
