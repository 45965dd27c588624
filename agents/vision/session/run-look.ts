import type { Mask } from '../../../protocol/mask.ts'
import { boxOfMask } from '../../../protocol/mask-shape.ts'
import { type FoundFace, MAX_FOUND, type Prompt } from '../../../protocol/vision.ts'
import type { Prompter, Stopwatch } from '../families/family.ts'
import { pickInstance } from '../families/pick-instance.ts'
import type { Picture } from '../picture/picture.ts'
import type { EncodedPictures } from './encoded-pictures.ts'
import { encodeHalfVector } from './half-vector.ts'
import type { LoadedModel } from './load-model.ts'
import type { Findings, VisionWork } from './messages.ts'
import { requireTask } from './running-task.ts'

type PictureWork = Exclude<VisionWork, { type: 'query' }>

export type LookContext = {
  model: LoadedModel
  picture: Picture
  watch: Stopwatch
  /** What encoders made of pictures, by model and preview. */
  encoded: EncodedPictures
}

/** Nothing was found, because the picture cannot be looked at. */
export function emptyFindings(work: PictureWork): Findings[PictureWork['type']] {
  switch (work.type) {
    case 'detect':
      return { objects: [] }
    case 'segment':
      return { masks: work.boxes.map(({ detectionId }) => ({ detectionId, mask: null, score: 0 })) }
    case 'prompt':
      return { mask: null, box: null, score: 0 }
    case 'embed':
      return { embedding: null }
    case 'faces':
      return { faces: [] }
  }
}

/** @throws AppError `model_broken` or `model_failed` */
export async function runLook(
  work: PictureWork,
  context: LookContext,
): Promise<Findings[PictureWork['type']]> {
  const { model, picture, watch } = context
  switch (work.type) {
    case 'detect':
      return { objects: await (await model.open('detector')).detect(picture, watch) }
    case 'embed': {
      const embedder = await model.open('picture-embedder')
      return { embedding: encodeHalfVector(await embedder.embed(picture, watch)) }
    }
    case 'faces':
      return { faces: await findFaces(context) }
    case 'prompt':
      return await answerPrompt(work.preview.hash, work.prompt, context)
    case 'segment': {
      const outline = await openOutliner(work.preview.hash, context)
      const masks: Findings['segment']['masks'] = []
      for (const { detectionId, box } of work.boxes) {
        const found = await outline({ points: [], box })
        masks.push({ detectionId, mask: found?.mask ?? null, score: found?.score ?? 0 })
      }
      return { masks }
    }
  }
}

async function findFaces({ model, picture, watch }: LookContext): Promise<FoundFace[]> {
  const detector = await model.open('face-detector')
  const embedder = model.has('embedder') ? await model.open('face-embedder') : undefined
  const faces = (await detector.detectFaces(picture, watch)).slice(0, MAX_FOUND)
  return await Promise.all(
    faces.map(async (face) => {
      const vector = await embedder?.embedFace(picture, face, watch)
      return { ...face, embedding: vector ? encodeHalfVector(vector) : null }
    }),
  )
}

async function answerPrompt(hash: string, prompt: Prompt, context: LookContext): Promise<Findings['prompt']> {
  const outline = await openOutliner(hash, context)
  const found = await outline(prompt)
  const box = found && boxOfMask(found.mask)
  return found && box ? { mask: found.mask, box, score: found.score } : { mask: null, box: null, score: 0 }
}

type Outline = { mask: Mask; score: number }

/** Outlines what is pointed at; without a promptable model, one of the things that it finds by itself. */
async function openOutliner(
  hash: string,
  context: LookContext,
): Promise<(prompt: Prompt) => Promise<Outline | null>> {
  const { model, picture, watch } = context
  if (model.has('encoder')) {
    const prompter = await model.open('prompter')
    const encoded = await encodeOnce(hash, prompter, context)
    return (prompt) => prompter.outline(encoded, picture, prompt, watch)
  }
  const detector = await model.open('detector')
  const objects = await detector.detect(picture, watch)
  return async (prompt) => pickInstance(objects, prompt)
}

/** The dear part, once for all that is pointed at in a picture. */
async function encodeOnce(
  hash: string,
  prompter: Prompter,
  { model, picture, watch, encoded }: LookContext,
): Promise<unknown> {
  const { isUrgent } = requireTask()
  return await encoded.get(`${model.place.key} ${hash}`, isUrgent, () => prompter.encode(picture, watch))
}
