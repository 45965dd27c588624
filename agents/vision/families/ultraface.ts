import { look } from '../detect/look.ts'
import { requireNumbers } from '../detect/require-output.ts'
import { FACE_CLASS, type FaceCandidate, toFaces } from '../faces/to-faces.ts'
import type { Family } from './family.ts'
import { readInputRule } from './read-input-rule.ts'
import { requireOutputs } from './require-outputs.ts'

const MIN_SCORE = 0.7
const MAX_OVERLAP = 0.3

/**
 * UltraFace (Ultra-Light-Fast-Generic-Face-Detector): small and quick, without landmarks. What is found cannot be
 * turned upright, so that people are told apart less well than with YuNet or SCRFD.
 *
 * Input RGB, (v - 127) / 128, stretched. `scores` [1, n, 2], the second is the face's; `boxes` [1, n, 4], corners as
 * fractions of the input.
 *
 * @see https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB
 */
export const ultraface: Family = {
  name: 'ultraface',
  role: 'face-detector',
  open(loaded) {
    const { part, session } = loaded
    const input = readInputRule(loaded, {
      size: { widthPx: 320, heightPx: 240 },
      fit: 'stretch',
      kernel: 'linear',
      channels: 'rgb',
      mean: [127 / 255, 127 / 255, 127 / 255],
      std: [128 / 255, 128 / 255, 128 / 255],
      pad: 0,
    })
    requireOutputs(loaded, ['scores', 'boxes'])
    const minScore = part.minScore ?? MIN_SCORE
    const { widthPx, heightPx } = input.rule.size
    return {
      detectFaces: (picture, watch) =>
        look(picture, watch, {
          session,
          input,
          read(outputs, placement) {
            const scores = requireNumbers(part, outputs, 'scores', [1, null, 2])
            const rows = scores.dims[1]!
            const boxes = requireNumbers(part, outputs, 'boxes', [1, rows, 4]).data
            const found: FaceCandidate[] = []
            for (let row = 0; row < rows; row++) {
              const score = scores.data[row * 2 + 1]!
              if (!(score >= minScore)) continue
              found.push({
                x1: boxes[row * 4]! * widthPx,
                y1: boxes[row * 4 + 1]! * heightPx,
                x2: boxes[row * 4 + 2]! * widthPx,
                y2: boxes[row * 4 + 3]! * heightPx,
                score,
                classId: FACE_CLASS,
                row,
                landmarks: null,
              })
            }
            return toFaces(found, { placement, maxOverlap: part.maxOverlap ?? MAX_OVERLAP })
          },
        }),
    }
  },
}
