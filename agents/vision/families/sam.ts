import { AppError } from '../../../protocol/errors.ts'
import type { Picture } from '../picture/picture.ts'
import { pictureTensor } from '../picture/picture-tensor.ts'
import { placePicture } from '../picture/placement.ts'
import { preparePicture } from '../picture/prepare-picture.ts'
import { resizePicture } from '../picture/resize-picture.ts'
import { openPrompter, type Seen } from '../prompts/open-prompter.ts'
import type { Family, LoadedPart } from './family.ts'
import { describeShapes } from './pick-output.ts'
import { BYTES, IMAGENET, type InputDefaults, readInputRule } from './read-input-rule.ts'

const SIDE = { widthPx: 1024, heightPx: 1024 }
const DEFAULTS: InputDefaults = {
  size: SIDE,
  fit: 'corner',
  kernel: 'linear',
  channels: 'rgb',
  ...IMAGENET,
  // Beside the picture are zeros, whatever colour these would be.
  pad: null,
}

/**
 * SAM, MobileSAM and EdgeSAM, exported as encoder and decoder.
 *
 * The encoder sees the picture at the upper left corner of a square of 1,024 pixels: either float32 [1, 3, 1024, 1024]
 * in ImageNet's colours, or, where it was exported with its own preparation, the picture itself without the margin,
 * float32 [height, width, 3] in 0..255. The decoder takes points in pixels of that square.
 *
 * @see https://github.com/facebookresearch/segment-anything/blob/main/segment_anything/utils/onnx.py
 */
export const sam: Family = {
  name: 'sam',
  role: 'prompter',
  open: (loaded) => openPrompter(loaded, { ...encoderRule(loaded.encoder), needsPadding: true }),
}

function encoderRule(encoder: LoadedPart): { encoderInput: string; see(picture: Picture): Promise<Seen> } {
  const { part, session } = encoder
  const [only, ...more] = session.inputs
  if (only?.dims.length !== 3 || more.length > 0) {
    const { name, rule } = readInputRule(encoder, DEFAULTS)
    return {
      encoderInput: name,
      see: async (picture) => ({ ...(await preparePicture(picture, rule)), input: rule.size }),
    }
  }
  const isFree = typeof only.dims[0] !== 'number' && typeof only.dims[1] !== 'number'
  if (!isFree || only.dims[2] !== 3 || only.type !== 'float32')
    throw new AppError(
      'model_broken',
      `${part.file}: sam takes [1, 3, 1024, 1024], or [height, width, 3] of any size; this file takes ${describeShapes(session.inputs)}`,
    )
  return { encoderInput: only.name, see: seeBare }
}

/** As `[height, width, 3]` in 0..255: the graph brings it into its colours and its square itself. */
async function seeBare(picture: Picture): Promise<Seen> {
  const placement = placePicture(picture, SIDE, 'corner')
  const resized = await resizePicture(picture, placement.widthPx, placement.heightPx, 'linear')
  const tensor = pictureTensor(resized, placement, placement, {
    layout: 'nhwc',
    channels: 'rgb',
    ...BYTES,
    pad: null,
  })
  return { tensor: { ...tensor, dims: tensor.dims.slice(1) }, placement, input: SIDE }
}
