import { look } from '../detect/look.ts'
import { requireNumbers } from '../detect/require-output.ts'
import { FACE_CLASS, type FaceCandidate, toFaces } from '../faces/to-faces.ts'
import { wholeCells } from '../faces/whole-cells.ts'
import type { Size } from '../picture/picture.ts'
import type { Tensor } from '../session/session.ts'
import type { Family, LoadedPart } from './family.ts'
import { BYTES, readInputRule } from './read-input-rule.ts'
import { requireOutputs } from './require-outputs.ts'

const STRIDES = [8, 16, 32] as const
/** At the reference's 0.9 small faces are lost; at 0.7 the first false ones come. */
const MIN_SCORE = 0.8
const MAX_OVERLAP = 0.3

/**
 * YuNet, with a fixed input or a free one.
 *
 * Input BGR 0..255 at the upper left corner, black beside it. For each stride `cls` and `obj` [1, n, 1], `bbox`
 * [1, n, 4] and `kps` [1, n, 10], cells row by row: the score is the root of the product of the first two, centre and
 * landmarks count in cells from the cell's own corner, sizes are logarithms of cells.
 *
 * @see https://github.com/opencv/opencv/blob/4.x/modules/objdetect/src/face_detect.cpp
 */
export const yunet: Family = {
  name: 'yunet',
  role: 'face-detector',
  open(loaded) {
    const { part, session } = loaded
    const { name, rule } = readInputRule(loaded, {
      size: { widthPx: 640, heightPx: 640 },
      fit: 'corner',
      kernel: 'linear',
      channels: 'bgr',
      ...BYTES,
      pad: 0,
    })
    requireOutputs(
      loaded,
      STRIDES.flatMap((stride) => ['cls', 'obj', 'bbox', 'kps'].map((kind) => `${kind}_${stride}`)),
    )
    const isFree = session.inputs.some(({ dims }) => dims.length === 4 && typeof dims[2] !== 'number')
    const maxOverlap = part.maxOverlap ?? MAX_OVERLAP
    return {
      detectFaces(picture, watch) {
        const size = isFree ? wholeCells(picture, rule.size, STRIDES[2]) : rule.size
        return look(picture, watch, {
          session,
          input: { name, rule: { ...rule, size } },
          read: (outputs, placement) =>
            toFaces(
              STRIDES.flatMap((stride) => readStride(loaded, outputs, stride, size)),
              { placement, maxOverlap },
            ),
        })
      },
    }
  },
}

function readStride(
  { part }: LoadedPart,
  outputs: Readonly<Record<string, Tensor>>,
  stride: number,
  size: Size,
): FaceCandidate[] {
  const columns = Math.floor(size.widthPx / stride)
  const cells = columns * Math.floor(size.heightPx / stride)
  const read = (kind: string, length: number) =>
    requireNumbers(part, outputs, `${kind}_${stride}`, [1, cells, length]).data
  const [classes, objects, boxes, points] = [read('cls', 1), read('obj', 1), read('bbox', 4), read('kps', 10)]
  const minScore = part.minScore ?? MIN_SCORE
  const found: FaceCandidate[] = []
  for (let cell = 0; cell < cells; cell++) {
    const score = Math.sqrt(clamp(classes[cell]!) * clamp(objects[cell]!))
    if (!(score >= minScore)) continue
    const column = cell % columns
    const row = Math.floor(cell / columns)
    const centreX = (column + boxes[cell * 4]!) * stride
    const centreY = (row + boxes[cell * 4 + 1]!) * stride
    const halfWidth = (Math.exp(boxes[cell * 4 + 2]!) * stride) / 2
    const halfHeight = (Math.exp(boxes[cell * 4 + 3]!) * stride) / 2
    found.push({
      x1: centreX - halfWidth,
      y1: centreY - halfHeight,
      x2: centreX + halfWidth,
      y2: centreY + halfHeight,
      score,
      classId: FACE_CLASS,
      row: cell,
      landmarks: Array.from(
        points.subarray(cell * 10, cell * 10 + 10),
        (value, index) => (value + (index % 2 === 0 ? column : row)) * stride,
      ),
    })
  }
  return found
}

function clamp(value: number): number {
  return Math.min(1, Math.max(0, value))
}
