import { AppError } from '../../../protocol/errors.ts'
import type { Size } from '../picture/picture.ts'
import type { PerChannel } from '../picture/picture-tensor.ts'
import type { InputRule } from '../picture/prepare-picture.ts'
import type { TensorShape } from '../session/session.ts'
import type { LoadedPart } from './family.ts'

/** As in manifests. A file that asks for more would only fill the memory. */
const MAX_INPUT_PX = 4_096

/** What a family feeds its models with where neither the file nor the manifest says otherwise. */
export type InputDefaults = {
  size: Size
  fit: InputRule['fit']
  kernel: InputRule['kernel']
  channels: 'rgb' | 'bgr'
  mean: PerChannel
  std: PerChannel
  pad: number | null
}

/** Channels as they are, in 0..1. */
export const PLAIN = { mean: [0, 0, 0], std: [1, 1, 1] } as const satisfies Partial<InputDefaults>
/** Channels as they are, in 0..255. */
export const BYTES = {
  mean: [0, 0, 0],
  std: [1 / 255, 1 / 255, 1 / 255],
} as const satisfies Partial<InputDefaults>
/** What many encoders were taught with. */
export const IMAGENET = {
  mean: [0.485, 0.456, 0.406],
  std: [0.229, 0.224, 0.225],
} as const satisfies Partial<InputDefaults>

/**
 * The rule for the input that takes a picture: the one input with four dimensions.
 *
 * Its size is the file's; where the file leaves it free, the manifest's, and else the family's own.
 *
 * @throws AppError `model_broken` when there is no such input, or it is not what the manifest says
 */
export function readInputRule(
  { part, session }: LoadedPart,
  defaults: InputDefaults,
): { name: string; rule: InputRule } {
  const pictures = session.inputs.filter(({ dims }) => dims.length === 4)
  const input = pictures[0]
  if (!input || pictures.length > 1) {
    throw broken(
      part.file,
      `${part.family} takes one picture; this file has ${pictures.length} inputs for one`,
    )
  }
  if (input.type !== 'float32') {
    throw broken(part.file, `Its input ${input.name} takes ${input.type}; export the model with float32`)
  }
  const layout = input.dims[3] === 3 && input.dims[1] !== 3 ? 'nhwc' : 'nchw'
  const channels = input.dims[layout === 'nchw' ? 1 : 3]
  if (typeof channels === 'number' && channels !== 3) {
    throw broken(part.file, `Its input ${input.name} takes ${channels} channels; ${part.family} has 3`)
  }
  return {
    name: input.name,
    rule: {
      size: readSize(input, layout, part, defaults.size),
      fit: defaults.fit,
      kernel: defaults.kernel,
      colours: {
        layout,
        channels: part.channels ?? defaults.channels,
        mean: part.mean ?? defaults.mean,
        std: part.std ?? defaults.std,
        pad: defaults.pad,
      },
    },
  }
}

function readSize(
  { name, dims }: TensorShape,
  layout: 'nchw' | 'nhwc',
  { file, inputPx }: LoadedPart['part'],
  free: Size,
): Size {
  const [height, width] = layout === 'nchw' ? [dims[2], dims[3]] : [dims[1], dims[2]]
  const size = {
    widthPx: typeof width === 'number' ? width : (inputPx?.[0] ?? free.widthPx),
    heightPx: typeof height === 'number' ? height : (inputPx?.[1] ?? free.heightPx),
  }
  if (inputPx && (inputPx[0] !== size.widthPx || inputPx[1] !== size.heightPx)) {
    throw broken(
      file,
      `Its input ${name} is ${size.widthPx}×${size.heightPx}; the manifest says ${inputPx.join('×')}`,
    )
  }
  if (size.widthPx > MAX_INPUT_PX || size.heightPx > MAX_INPUT_PX || size.widthPx < 1 || size.heightPx < 1) {
    throw broken(
      file,
      `Its input ${name} is ${size.widthPx}×${size.heightPx}; at most ${MAX_INPUT_PX} is run`,
    )
  }
  return size
}

function broken(file: string, reason: string): AppError {
  return new AppError('model_broken', `${file}: ${reason}`)
}
