import { look } from '../detect/look.ts'
import type { Picture } from '../picture/picture.ts'
import type { LoadedPart, PictureEmbedder } from './family.ts'
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

/** A picture becomes a tensor, the tensor one vector: what all picture towers have in common. */
export function openPictureTower(loaded: LoadedPart, tower: PictureTower): PictureEmbedder {
  const input = readInputRule(loaded, tower.input)
  const { session, part } = loaded
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
