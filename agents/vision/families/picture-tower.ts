import { AppError } from '../../../protocol/errors.ts'
import { look } from '../detect/look.ts'
import type { Picture } from '../picture/picture.ts'
import type { LoadedPart, PictureEmbedder } from './family.ts'
import { describeShapes } from './pick-output.ts'
import { type InputDefaults, readInputRule } from './read-input-rule.ts'
import { answeredVector } from './unit-vector.ts'

/** How a family looks at a picture as a whole. */
export type PictureTower = {
  input: InputDefaults
  /** Name of the output that is the vector. */
  output: string
  /** The part of the picture that it looks at; all of it where nothing is said. */
  crop?: (picture: Picture) => Picture
}

/**
 * A picture becomes a tensor, the tensor one vector: what all picture towers have in common.
 *
 * @throws AppError `model_broken` when the graph takes anything but one picture
 */
export function openPictureTower(loaded: LoadedPart, tower: PictureTower): PictureEmbedder {
  const { session, part } = loaded
  const input = readInputRule(loaded, tower.input)
  if (session.inputs.length !== 1)
    throw new AppError(
      'model_broken',
      `${part.file}: ${part.family} takes a picture; this file takes ${describeShapes(session.inputs)}. Export the picture tower by itself`,
    )
  const crop = tower.crop ?? ((picture) => picture)
  return {
    embed: (picture, watch) =>
      look(crop(picture), watch, {
        session,
        input,
        read: (outputs) => answeredVector(outputs, tower.output, part.family),
      }),
  }
}
