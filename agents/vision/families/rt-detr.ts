import { AppError } from '../../../protocol/errors.ts'
import type { Candidate } from '../detect/candidate.ts'
import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import type { ModelPart } from '../models/model-manifest.ts'
import type { Size } from '../picture/picture.ts'
import type { Session, Tensor } from '../session/session.ts'
import type { Family } from './family.ts'
import { type InputDefaults, PLAIN, readInputRule } from './read-input-rule.ts'

const INPUT: InputDefaults = {
  size: { widthPx: 640, heightPx: 640 },
  fit: 'stretch',
  kernel: 'linear',
  channels: 'rgb',
  ...PLAIN,
  pad: 0,
}
const MIN_SCORE = 0.5
/** These models find nothing twice by themselves. */
const EVERYTHING = 1
const SIZE_INPUT = 'orig_target_sizes'

type ReadCandidates = (outputs: Record<string, Tensor>) => Candidate[]

/**
 * RT-DETR and D-FINE, in both ways in which they are exported. Input RGB in 0..1, stretched; no NMS.
 *
 * With their own post-processing (`export_onnx.py` of either): a second input `orig_target_sizes` int64 `[1, 2]`, width
 * and height; outputs `labels` int64 `[1, n]`, `boxes` `[1, n, 4]` corners in pixels of that size, `scores` `[1, n]`.
 *
 * Without (Transformers, Optimum): `logits` `[1, n, classes]` before the sigmoid and `pred_boxes` `[1, n, 4]` centre
 * and size in 0..1. Of all classes of all places the best n are taken, as the reference does.
 */
export const rtDetr: Family = {
  name: 'rt-detr',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, INPUT)
    const { size } = input.rule
    const minScore = part.minScore ?? MIN_SCORE
    const isProcessed = session.outputs.some(({ name }) => name === 'scores')
    const { classes, read } = isProcessed
      ? openProcessed(part, session, minScore)
      : openRaw(part, session, minScore, size)
    const sizes: Tensor = {
      type: 'int64',
      data: BigInt64Array.of(BigInt(size.widthPx), BigInt(size.heightPx)),
      dims: [1, 2],
    }
    const beside = isProcessed ? () => ({ [SIZE_INPUT]: sizes }) : undefined
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          beside,
          read: (outputs, placement) =>
            toObjects(read(outputs), { placement, classes, maxOverlap: EVERYTHING }),
        }),
    }
  },
}

/** By its name, too: a model of four classes has two outputs of this shape. */
function requireBoxes(part: ModelPart, session: Session): string {
  const named = session.outputs.filter(({ name }) => name.includes('boxes'))
  return requireDeclared(part, named, [null, null, 4]).name
}

type Opened = { classes: readonly string[]; read: ReadCandidates }

function openProcessed(part: ModelPart, session: Session, minScore: number): Opened {
  if (!session.inputs.some(({ name, type }) => name === SIZE_INPUT && type === 'int64')) {
    throw new AppError('model_broken', `${part.file}: ${part.family} needs the input ${SIZE_INPUT} of int64`)
  }
  const boxesName = requireBoxes(part, session)
  const labelsName = requireDeclared(part, session.outputs, [null, null], ['int64']).name
  const classes = nameClasses(part, undefined)
  return {
    classes,
    read(outputs) {
      const scores = requireNumbers(part, outputs, 'scores', [1, null])
      const count = scores.dims[1]!
      const boxes = requireNumbers(part, outputs, boxesName, [1, count, 4]).data
      const labels = outputs[labelsName]?.data
      if (!(labels instanceof BigInt64Array) || labels.length !== count) {
        throw new AppError('model_broken', `${part.file}: Its ${labelsName} are not as many as its scores`)
      }
      const found: Candidate[] = []
      for (let row = 0; row < count; row += 1) {
        const score = scores.data[row]!
        if (!(score >= minScore)) continue
        const classId = Number(labels[row])
        if (classId < 0 || classId >= classes.length) {
          throw new AppError(
            'model_broken',
            `${part.file}: It found a thing of class ${classId}; only ${classes.length} have names, from 0 on`,
          )
        }
        const [x1, y1, x2, y2] = fourOf(boxes, row)
        found.push({ x1, y1, x2, y2, score, classId, row })
      }
      return found
    },
  }
}

/** A row of `[n, 4]`, whose length has been checked with its shape. */
function fourOf(boxes: Float32Array, row: number): [number, number, number, number] {
  const at = row * 4
  return [boxes[at]!, boxes[at + 1]!, boxes[at + 2]!, boxes[at + 3]!]
}

function openRaw(part: ModelPart, session: Session, minScore: number, { widthPx, heightPx }: Size): Opened {
  const boxesName = requireBoxes(part, session)
  const others = session.outputs.filter(({ name }) => name !== boxesName)
  const { name, dims } = requireDeclared(part, others, [null, null, null])
  const classes = nameClasses(part, typeof dims[2] === 'number' ? dims[2] : undefined)
  // Compared before the sigmoid, which most of them then need not be put through.
  const minLogit = Math.log(minScore / (1 - minScore))
  return {
    classes,
    read(outputs) {
      const { data: logits, dims } = requireNumbers(part, outputs, name, [1, null, classes.length])
      const count = dims[1]!
      const boxes = requireNumbers(part, outputs, boxesName, [1, count, 4]).data
      const found: Candidate[] = []
      for (let at = 0; at < logits.length; at += 1) {
        const logit = logits[at]!
        if (!(logit >= minLogit)) continue
        const row = Math.floor(at / classes.length)
        const [cx, cy, w, h] = fourOf(boxes, row)
        found.push({
          x1: (cx - w / 2) * widthPx,
          y1: (cy - h / 2) * heightPx,
          x2: (cx + w / 2) * widthPx,
          y2: (cy + h / 2) * heightPx,
          score: 1 / (1 + Math.exp(-logit)),
          classId: at % classes.length,
          row,
        })
      }
      return found.toSorted((one, other) => other.score - one.score).slice(0, count)
    },
  }
}
