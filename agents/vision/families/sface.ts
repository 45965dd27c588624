import { openFaceEmbedder } from '../faces/open-face-embedder.ts'
import type { Family } from './family.ts'
import { BYTES } from './read-input-rule.ts'

/**
 * SFace: `data` float32 [1, 3, 112, 112], RGB 0..255, to 128 numbers.
 *
 * @see https://github.com/opencv/opencv/blob/4.x/modules/objdetect/src/face_recognize.cpp
 */
export const sface: Family = {
  name: 'sface',
  role: 'face-embedder',
  open: (loaded) => openFaceEmbedder(loaded, { channels: 'rgb', ...BYTES }),
}
