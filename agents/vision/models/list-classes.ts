import { join } from 'node:path'
import { MAX_CLASSES } from '../../../protocol/models.ts'
import { cocoClasses } from '../detect/coco-classes.ts'
import { pascalClasses } from '../detect/pascal-classes.ts'
import { deeplab } from '../families/deeplab.ts'
import type { DraftManifest } from './model-manifest.ts'
import { readClassFile } from './read-class-file.ts'

/**
 * What a detector calls the things that it finds, each name once.
 *
 * @param folder in which its files lie
 * @returns undefined for other models, for a list that cannot be read, and for one that is too long to choose from
 */
export async function listClasses(
  { task, parts }: DraftManifest,
  folder: string,
): Promise<string[] | undefined> {
  const { detector } = parts
  if (task !== 'detect' || detector === undefined) return undefined
  const { family, classFile, classes } = detector
  const own = classFile === undefined ? classes : await readClassFile(join(folder, classFile)).catch(() => [])
  // The first class of a map is all that is no thing.
  const names = family === deeplab.name ? (own ?? pascalClasses).slice(1) : (own ?? cocoClasses)
  const distinct = [...new Set(names)]
  return distinct.length > 0 && distinct.length <= MAX_CLASSES ? distinct : undefined
}
