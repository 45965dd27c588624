import { openFaceEmbedder } from '../faces/open-face-embedder.ts'
import type { Family } from './family.ts'

/** MobileFaceNet: float32 [1, 3, 112, 112], RGB, (v - 127) / 128, to 128 numbers. */
export const mobilefacenet: Family = {
  name: 'mobilefacenet',
  role: 'face-embedder',
  open: (loaded) =>
    openFaceEmbedder(loaded, {
      channels: 'rgb',
      mean: [127 / 255, 127 / 255, 127 / 255],
      std: [128 / 255, 128 / 255, 128 / 255],
    }),
}
