import { AppError } from '../../../protocol/errors.ts'
import { MAX_MASK_SIDE_PX } from '../../../protocol/mask.ts'
import { look } from '../detect/look.ts'
import { pascalClasses } from '../detect/pascal-classes.ts'
import { type ClassMap, piecesToObjects } from '../detect/pieces-to-objects.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import type { Tensor } from '../session/session.ts'
import type { Family } from './family.ts'
import { type InputDefaults, readInputRule } from './read-input-rule.ts'

const INPUT: InputDefaults = {
  size: { widthPx: 513, heightPx: 513 },
  fit: 'stretch',
  kernel: 'linear',
  channels: 'rgb',
  // (value − 127.5) / 127.5
  mean: [0.5, 0.5, 0.5],
  std: [0.5, 0.5, 0.5],
  pad: 0,
}
const WHOLE_NUMBERS = ['int64', 'int32', 'uint8']
/** Where a map keeps one byte a pixel: no class has this number, and as many are told apart. */
const NO_CLASS = 255

/**
 * DeepLab and others that give each pixel a class: one thing for each piece that hangs together.
 *
 * Input RGB in −1..1, stretched. Output either the classes themselves, whole numbers `[1, height, width]`, or float32
 * `[1, classes, height, width]`, of which the largest is taken. The first class is everything else. Without names in
 * the manifest they are those of Pascal VOC.
 */
export const deeplab: Family = {
  name: 'deeplab',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, INPUT)
    const classes = part.classes ?? pascalClasses
    if (classes.length > NO_CLASS) {
      throw new AppError(
        'model_broken',
        `${part.file}: It has ${classes.length} classes; at most ${NO_CLASS} are told apart`,
      )
    }
    const isWhole = session.outputs.some(({ type }) => WHOLE_NUMBERS.includes(type))
    const { name } = isWhole
      ? requireDeclared(part, session.outputs, [null, null, null], WHOLE_NUMBERS)
      : requireDeclared(part, session.outputs, [null, classes.length, null, null])
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read: (outputs) =>
            piecesToObjects(
              isWhole
                ? readClassMap(part, outputs[name])
                : readLargest(part, requireNumbers(part, outputs, name, [1, classes.length, null, null])),
              classes,
            ),
        }),
    }
  },
}

function readClassMap(part: ModelPart, tensor: Tensor | undefined): ClassMap {
  const [one, heightPx = 0, widthPx = 0] = tensor?.dims ?? []
  if (tensor?.dims.length !== 3 || one !== 1 || tensor.data.length !== heightPx * widthPx) {
    throw new AppError(
      'model_broken',
      `${part.file}: Its map of classes is ${tensor?.dims.join('×') || 'missing'}; it must be 1×height×width`,
    )
  }
  requireSmall(part, heightPx, widthPx)
  return { classOf: toBytes(tensor.data), heightPx, widthPx }
}

/** Numbers that are no class become one that none has. */
function toBytes(data: Tensor['data']): Uint8Array {
  if (data instanceof Uint8Array) return data
  // The lower and the upper half of each, which is much quicker than a BigInt for each pixel.
  const halves =
    data instanceof BigInt64Array ? new Int32Array(data.buffer, data.byteOffset, data.length * 2) : undefined
  const bytes = new Uint8Array(data.length)
  for (let i = 0; i < bytes.length; i += 1) {
    const value = halves ? (halves[2 * i + 1] === 0 ? halves[2 * i]! : -1) : Number(data[i])
    bytes[i] = value >= 0 && value < NO_CLASS ? value : NO_CLASS
  }
  return bytes
}

function readLargest(
  part: ModelPart,
  { data, dims }: { data: Float32Array; dims: readonly number[] },
): ClassMap {
  const [classes, heightPx, widthPx] = [dims[1]!, dims[2]!, dims[3]!]
  requireSmall(part, heightPx, widthPx)
  const pixels = heightPx * widthPx
  const best = data.slice(0, pixels)
  const classOf = new Uint8Array(pixels)
  for (let classId = 1; classId < classes; classId += 1) {
    for (let pixel = 0; pixel < pixels; pixel += 1) {
      const value = data[classId * pixels + pixel]!
      if (value > best[pixel]!) {
        best[pixel] = value
        classOf[pixel] = classId
      }
    }
  }
  return { classOf, heightPx, widthPx }
}

function requireSmall({ file }: ModelPart, heightPx: number, widthPx: number): void {
  const isFit = Math.min(heightPx, widthPx) >= 1 && Math.max(heightPx, widthPx) <= MAX_MASK_SIDE_PX
  if (isFit) return
  throw new AppError(
    'model_broken',
    `${file}: Its map of classes has ${widthPx}×${heightPx} pixels; 1 to ${MAX_MASK_SIDE_PX} a side are kept`,
  )
}
