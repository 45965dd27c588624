import type { Candidate } from '../detect/candidate.ts'
import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import type { Size } from '../picture/picture.ts'
import type { Family } from './family.ts'
import { type InputDefaults, PLAIN, readInputRule } from './read-input-rule.ts'

const INPUT: InputDefaults = {
  size: { widthPx: 352, heightPx: 352 },
  fit: 'stretch',
  kernel: 'linear',
  channels: 'bgr',
  ...PLAIN,
  pad: 0,
}
const BESIDE_CLASSES = 5
const MIN_SCORE = 0.4
const MAX_OVERLAP = 0.45
/** How much objectness and class weigh in a score. */
const OBJECTNESS_POWER = 0.6
const CLASS_POWER = 0.4

/**
 * FastestDet, for machines that have little to spare.
 *
 * Input BGR in 0..1, stretched. Output `[1, 5 + classes, rows, columns]`: objectness, centre relative to the cell
 * before its tanh, size relative to the picture before its sigmoid, class scores. NMS is ours.
 *
 * @see https://github.com/dog-qiuqiu/FastestDet/blob/main/utils/tool.py `handle_preds`
 */
export const fastestdet: Family = {
  name: 'fastestdet',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, INPUT)
    const { name, dims } = requireDeclared(part, session.outputs, [null, null, null, null])
    const classes = nameClasses(part, typeof dims[1] === 'number' ? dims[1] - BESIDE_CLASSES : undefined)
    const minScore = part.minScore ?? MIN_SCORE
    const maxOverlap = part.maxOverlap ?? MAX_OVERLAP
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const output = requireNumbers(part, outputs, name, [
              1,
              BESIDE_CLASSES + classes.length,
              null,
              null,
            ])
            const candidates = readCells(output, classes.length, minScore, input.rule.size)
            return toObjects(candidates, { placement, classes, maxOverlap })
          },
        }),
    }
  },
}

function readCells(
  { data, dims }: { data: Float32Array; dims: readonly number[] },
  classes: number,
  minScore: number,
  { widthPx, heightPx }: Size,
): Candidate[] {
  const [rows, columns] = [dims[2]!, dims[3]!]
  const cells = rows * columns
  const found: Candidate[] = []
  for (let cell = 0; cell < cells; cell += 1) {
    let classId = 0
    for (let i = 1; i < classes; i += 1) {
      if (data[(BESIDE_CLASSES + i) * cells + cell]! > data[(BESIDE_CLASSES + classId) * cells + cell]!) {
        classId = i
      }
    }
    const best = data[(BESIDE_CLASSES + classId) * cells + cell]!
    const score = data[cell]! ** OBJECTNESS_POWER * best ** CLASS_POWER
    if (!(score >= minScore)) continue
    const cx = (((cell % columns) + Math.tanh(data[cells + cell]!)) / columns) * widthPx
    const cy = ((Math.floor(cell / columns) + Math.tanh(data[2 * cells + cell]!)) / rows) * heightPx
    const w = sigmoid(data[3 * cells + cell]!) * widthPx
    const h = sigmoid(data[4 * cells + cell]!) * heightPx
    found.push({ x1: cx - w / 2, y1: cy - h / 2, x2: cx + w / 2, y2: cy + h / 2, score, classId, row: cell })
  }
  return found
}

function sigmoid(value: number): number {
  return 1 / (1 + Math.exp(-value))
}
