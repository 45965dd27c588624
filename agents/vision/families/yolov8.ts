import { nameClasses } from '../detect/class-names.ts'
import { look } from '../detect/look.ts'
import { readColumns } from '../detect/read-columns.ts'
import { requireDeclared, requireNumbers } from '../detect/require-output.ts'
import { toObjects } from '../detect/to-objects.ts'
import { YOLO_INPUT, YOLO_MAX_OVERLAP, YOLO_MIN_SCORE } from '../detect/yolo-input.ts'
import type { Family } from './family.ts'
import { readInputRule } from './read-input-rule.ts'

const BESIDE_CLASSES = 4

/**
 * YOLOv8 and, which differs inside only, YOLO11, as Ultralytics exports them without their own NMS.
 *
 * Input RGB in 0..1, centred letterbox, grey 114. Output `[1, 4 + classes, n]`: centre and size in pixels of the input,
 * class scores after their sigmoid; there is no objectness. NMS is ours.
 */
export const yolov8: Family = {
  name: 'yolov8',
  role: 'detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, YOLO_INPUT)
    const { name, dims } = requireDeclared(part, session.outputs, [null, null, null])
    const classes = nameClasses(part, typeof dims[1] === 'number' ? dims[1] - BESIDE_CLASSES : undefined)
    const minScore = part.minScore ?? YOLO_MIN_SCORE
    const maxOverlap = part.maxOverlap ?? YOLO_MAX_OVERLAP
    return {
      detect: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const output = requireNumbers(part, outputs, name, [1, BESIDE_CLASSES + classes.length, null])
            const columns = { data: output.data, columns: output.dims[2]!, classes: classes.length, minScore }
            return toObjects(readColumns(columns), { placement, classes, maxOverlap })
          },
        }),
    }
  },
}
