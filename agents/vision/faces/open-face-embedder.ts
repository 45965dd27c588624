import { AppError } from '../../../protocol/errors.ts'
import { requireDeclared } from '../detect/require-output.ts'
import type { FaceEmbedder, LoadedPart } from '../families/family.ts'
import { type InputDefaults, readInputRule } from '../families/read-input-rule.ts'
import { answeredVector } from '../families/unit-vector.ts'
import type { Picture, Pixels } from '../picture/picture.ts'
import { pictureTensor } from '../picture/picture-tensor.ts'
import { placePicture } from '../picture/placement.ts'
import { alignFace } from './align-face.ts'
import { placeFace } from './place-face.ts'
import type { Similarity } from './similarity.ts'

/** A face is cut out upright and becomes one vector: what all face embedders have in common. */
export function openFaceEmbedder(
  loaded: LoadedPart,
  colours: Pick<InputDefaults, 'channels' | 'mean' | 'std'>,
): FaceEmbedder {
  const { part, session } = loaded
  const { name, rule } = readInputRule(loaded, {
    size: { widthPx: 112, heightPx: 112 },
    fit: 'stretch',
    kernel: 'linear',
    pad: 0,
    ...colours,
  })
  if (rule.size.widthPx !== rule.size.heightPx)
    throw new AppError(
      'model_broken',
      `${part.file}: ${part.family} takes a square; this file takes ${rule.size.widthPx}×${rule.size.heightPx}`,
    )
  const sidePx = rule.size.widthPx
  const output = requireDeclared(part, session.outputs, [null, null]).name
  return {
    async embedFace(picture, face, watch) {
      const toCrop = placeFace(face, picture, sidePx)
      if (!toCrop) return null
      const start = performance.now()
      const crop = await cutFace(picture, toCrop, sidePx)
      const tensor = pictureTensor(crop, rule.size, placePicture(crop, rule.size, 'stretch'), rule.colours)
      const prepared = performance.now()
      watch.prepare += prepared - start
      const answer = await session.run({ [name]: tensor })
      watch.infer += performance.now() - prepared
      return answeredVector(answer, output, part.family)
    },
  }
}

async function cutFace(picture: Picture, toCrop: Similarity, sidePx: number): Promise<Pixels> {
  using pixels = await picture.pixels()
  return alignFace(pixels, toCrop, sidePx)
}
