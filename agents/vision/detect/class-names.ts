import { AppError } from '../../../protocol/errors.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import { cocoClasses } from './coco-classes.ts'

/**
 * The names of a model's classes: the manifest's, or for eighty of them those of COCO, on which nearly every detector
 * is trained.
 *
 * @param count as many as the model tells apart, as far as its file says so
 * @throws AppError `model_broken` when there are no names for so many
 */
export function nameClasses(part: ModelPart, count: number | undefined): readonly string[] {
  const { file, classes } = part
  if (classes && (count === undefined || classes.length === count)) return classes
  if (!classes && (count === undefined || count === cocoClasses.length)) return cocoClasses
  if (count! < 1) throw new AppError('model_broken', `${file}: Its answer has no room for a class`)
  throw new AppError(
    'model_broken',
    `${file}: It tells ${count} classes apart; ${classes ? `the manifest names ${classes.length}` : 'name them in the manifest, under classes or in a classFile'}`,
  )
}
