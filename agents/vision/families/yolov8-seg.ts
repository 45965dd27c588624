import { AppError } from '../../../protocol/errors.ts'
import { MAX_MASK_SIDE_PX } from '../../../protocol/mask.ts'
import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { mixMask, type Prototypes } from '../detect/prototype-mask.ts'
import { readColumns } from '../detect/read-columns.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import { YOLO_INPUT, YOLO_MAX_OVERLAP, YOLO_MIN_SCORE } from '../detect/yolo-input.ts'
import type { Family } from './family.ts'
import { readInputRule } from './read-input-rule.ts'

const BOX_ROWS = 4
const USUAL_PROTOTYPES = 32

/**
 * YOLOv8-seg and YOLO11-seg: things with their outlines.
 *
 * As `yolov8`, with `[1, 4 + classes + k, n]`, of which the last k rows are coefficients, and `[1, k, h, w]`, the
 * prototypes that these mix; h and w are a quarter of the input's.
 *
 * @see https://github.com/ultralytics/ultralytics/blob/main/ultralytics/utils/ops.py `process_mask`
 */
export const yolov8Seg: Family = {
  name: 'yolov8-seg',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, YOLO_INPUT)
    const found = requireDeclared(part, session.outputs, [null, null, null])
    const drawn = requireDeclared(part, session.outputs, [null, null, null, null])
    const count = typeof drawn.dims[1] === 'number' ? drawn.dims[1] : USUAL_PROTOTYPES
    const classes = nameClasses(
      part,
      typeof found.dims[1] === 'number' ? found.dims[1] - BOX_ROWS - count : undefined,
    )
    const minScore = part.minScore ?? YOLO_MIN_SCORE
    const maxOverlap = part.maxOverlap ?? YOLO_MAX_OVERLAP
    const { size } = input.rule
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const rows = BOX_ROWS + classes.length + count
            const { data, dims } = requireNumbers(part, outputs, found.name, [1, rows, null])
            const columns = dims[2]!
            const prototypes = readPrototypes(
              requireNumbers(part, outputs, drawn.name, [1, count, null, null]),
            )
            if (Math.max(prototypes.heightPx, prototypes.widthPx) > MAX_MASK_SIDE_PX) {
              throw new AppError(
                'model_broken',
                `${part.file}: Its outlines have ${prototypes.widthPx}×${prototypes.heightPx} pixels; at most ${MAX_MASK_SIDE_PX} a side are kept`,
              )
            }
            return toObjects(readColumns({ data, columns, classes: classes.length, minScore }), {
              placement,
              classes,
              maxOverlap,
              draw(candidate) {
                const coefficients = new Float32Array(count)
                for (let i = 0; i < count; i += 1) {
                  coefficients[i] = data[(BOX_ROWS + classes.length + i) * columns + candidate.row]!
                }
                return mixMask(prototypes, coefficients, candidate, placement, size)
              },
            })
          },
        }),
    }
  },
}

function readPrototypes({ data, dims }: { data: Float32Array; dims: readonly number[] }): Prototypes {
  return { data, count: dims[1]!, heightPx: dims[2]!, widthPx: dims[3]! }
}
