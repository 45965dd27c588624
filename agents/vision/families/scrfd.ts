import { AppError } from '../../../protocol/errors.ts'
import { look } from '../detect/look.ts'
import { FACE_CLASS, type FaceCandidate, toFaces } from '../faces/to-faces.ts'
import type { Size } from '../picture/picture.ts'
import type { Tensor } from '../session/session.ts'
import type { Family, LoadedPart } from './family.ts'
import { describeShapes } from './pick-output.ts'
import { readInputRule } from './read-input-rule.ts'

const MIN_SCORE = 0.5
const MAX_OVERLAP = 0.4
/** Strides by how many of them a model has. */
const STRIDES: Record<number, readonly number[]> = { 3: [8, 16, 32], 5: [8, 16, 32, 64, 128] }

/**
 * SCRFD, with landmarks or without.
 *
 * Input RGB, (v - 127.5) / 128, at the upper left corner, black beside it. For each stride scores [n, 1], distances of
 * the box's sides [n, 4] and, in half of the models, of the landmarks [n, 10]; all from the cell's corner and in
 * units of the stride, cells row by row, two anchors each where there are three strides. The exports name their
 * outputs by numbers: they are told apart by their shapes.
 *
 * @see https://github.com/deepinsight/insightface/blob/master/detection/scrfd/tools/scrfd.py
 */
export const scrfd: Family = {
  name: 'scrfd',
  role: 'face-detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, {
      size: { widthPx: 640, heightPx: 640 },
      fit: 'corner',
      kernel: 'linear',
      channels: 'rgb',
      mean: [0.5, 0.5, 0.5],
      std: [128 / 255, 128 / 255, 128 / 255],
      pad: 0,
    })
    if (![6, 9, 10, 15].includes(session.outputs.length))
      throw notScrfd(loaded, 'gives 6, 9, 10 or 15 outputs')
    return {
      detectFaces: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read: (outputs, placement) =>
            toFaces(readStrides(loaded, outputs, input.rule.size), {
              placement,
              maxOverlap: part.maxOverlap ?? MAX_OVERLAP,
            }),
        }),
    }
  },
}

function readStrides(
  loaded: LoadedPart,
  outputs: Readonly<Record<string, Tensor>>,
  size: Size,
): FaceCandidate[] {
  // The finest stride has the most cells.
  const ofLength = (length: number) =>
    Object.values(outputs)
      .filter(({ data, dims }) => dims.at(-1) === length && data instanceof Float32Array)
      .map(({ data }) => data as Float32Array)
      .sort((one, other) => other.length - one.length)
  const [scores, boxes, points] = [ofLength(1), ofLength(4), ofLength(10)]
  const strides = STRIDES[scores.length]
  if (!strides || boxes.length !== strides.length || (points.length > 0 && points.length !== strides.length))
    throw notScrfd(loaded, 'gives scores [n, 1], boxes [n, 4] and perhaps landmarks [n, 10] for each stride')
  return strides.flatMap((stride, level) => {
    const cells = Math.floor(size.widthPx / stride) * Math.floor(size.heightPx / stride)
    const anchors = scores[level]!.length / cells
    const fits =
      Number.isInteger(anchors) &&
      boxes[level]!.length === cells * anchors * 4 &&
      (points.length === 0 || points[level]!.length === cells * anchors * 10)
    if (!fits) throw notScrfd(loaded, `has ${cells} cells of ${stride} pixels for this input`)
    return readStride(
      { scores: scores[level]!, boxes: boxes[level]!, points: points[level] },
      { stride, anchors, columns: Math.floor(size.widthPx / stride) },
      loaded.part.minScore ?? MIN_SCORE,
    )
  })
}

function readStride(
  { scores, boxes, points }: { scores: Float32Array; boxes: Float32Array; points: Float32Array | undefined },
  { stride, anchors, columns }: { stride: number; anchors: number; columns: number },
  minScore: number,
): FaceCandidate[] {
  const found: FaceCandidate[] = []
  for (let row = 0; row < scores.length; row++) {
    const score = scores[row]!
    if (!(score >= minScore)) continue
    const cell = Math.floor(row / anchors)
    const x = (cell % columns) * stride
    const y = Math.floor(cell / columns) * stride
    found.push({
      x1: x - boxes[row * 4]! * stride,
      y1: y - boxes[row * 4 + 1]! * stride,
      x2: x + boxes[row * 4 + 2]! * stride,
      y2: y + boxes[row * 4 + 3]! * stride,
      score,
      classId: FACE_CLASS,
      row,
      landmarks: points
        ? Array.from(
            points.subarray(row * 10, row * 10 + 10),
            (value, index) => (index % 2 === 0 ? x : y) + value * stride,
          )
        : null,
    })
  }
  return found
}

function notScrfd({ part, session }: LoadedPart, expected: string): AppError {
  return new AppError(
    'model_broken',
    `${part.file}: scrfd ${expected}; this file gives ${describeShapes(session.outputs)}`,
  )
}
