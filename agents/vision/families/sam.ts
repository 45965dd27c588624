import { AppError } from '../../../protocol/errors.ts'
import type { Picture, Size } from '../picture/picture.ts'
import { pictureTensor } from '../picture/picture-tensor.ts'
import { placePicture } from '../picture/placement.ts'
import { preparePicture } from '../picture/prepare-picture.ts'
import { openPrompter, type Seen } from '../prompts/open-prompter.ts'
import type { Family, LoadedPart } from './family.ts'
import { describeShapes } from './pick-output.ts'
import { BYTES, IMAGENET, type InputDefaults, readInputRule } from './read-input-rule.ts'

const SIDE = { widthPx: 1024, heightPx: 1024 }
/** The mean of ImageNet's mean colour: beside the picture it comes nearest to nothing. */
const IMAGENET_GREY = 114
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
 * in ImageNet's colours, or, where it was exported with its own preparation, float32 [height, width, 3] in 0..255: the
 * picture without a margin, or with a grey one where the size is fixed. The decoder takes points in pixels of that
 * square.
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
  const [height, width, channels] = only.dims
  const largest = {
    widthPx: typeof width === 'number' ? width : SIDE.widthPx,
    heightPx: typeof height === 'number' ? height : SIDE.heightPx,
  }
  const isColour = typeof channels !== 'number' || channels === 3
  if (!isColour || only.type !== 'float32' || Math.max(largest.widthPx, largest.heightPx) > SIDE.widthPx)
    throw new AppError(
      'model_broken',
      `${part.file}: sam takes [1, 3, 1024, 1024], or [height, width, 3] of up to 1024; this file takes ${describeShapes(session.inputs)}`,
    )
  const isFree = typeof width !== 'number' && typeof height !== 'number'
  return { encoderInput: only.name, see: (picture) => seeBare(picture, largest, isFree) }
}

/**
 * As `[height, width, 3]` in 0..255: the graph brings it into its colours and its square itself.
 *
 * @param isFree the tensor is as large as the picture is shown, and not as `largest`
 */
async function seeBare(picture: Picture, largest: Size, isFree: boolean): Promise<Seen> {
  const placement = placePicture(picture, largest, 'corner')
  using resized = await picture.resized(placement, 'linear')
  const tensor = pictureTensor(resized, isFree ? placement : largest, placement, {
    layout: 'nhwc',
    channels: 'rgb',
    ...BYTES,
    pad: IMAGENET_GREY,
  })
  return { tensor: { ...tensor, dims: tensor.dims.slice(1) }, placement, input: SIDE }
}
