import { openFaceEmbedder } from '../faces/open-face-embedder.ts'
import type { Family } from './family.ts'

/**
 * ArcFace, as InsightFace exports it: float32 [1, 3, 112, 112], RGB, (v - 127.5) / 127.5, to 512 numbers. Exports of
 * MXNet's age have the scaling inside and take 0..255: their manifests say `mean: [0, 0, 0]` and `std` 1/255.
 *
 * @see https://github.com/deepinsight/insightface/blob/master/python-package/insightface/model_zoo/arcface_onnx.py
 */
export const arcface: Family = {
  name: 'arcface',
  role: 'face-embedder',
  open: (loaded) =>
    openFaceEmbedder(loaded, { channels: 'rgb', mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5] }),
}
