import { arcface } from './arcface.ts'
import { clipImage } from './clip-image.ts'
import { clipText } from './clip-text.ts'
import { deeplab } from './deeplab.ts'
import type { Family } from './family.ts'
import { fastestdet } from './fastestdet.ts'
import { imagenetClassifier } from './imagenet-classifier.ts'
import { labelVectors } from './label-vectors.ts'
import { mobilefacenet } from './mobilefacenet.ts'
import { rtDetr } from './rt-detr.ts'
import { sam } from './sam.ts'
import { sam2 } from './sam2.ts'
import { scrfd } from './scrfd.ts'
import { sface } from './sface.ts'
import { siglipImage } from './siglip-image.ts'
import { siglipText } from './siglip-text.ts'
import { ultraface } from './ultraface.ts'
import { yolov5 } from './yolov5.ts'
import { yolov8 } from './yolov8.ts'
import { yolov8Seg } from './yolov8-seg.ts'
import { yolox } from './yolox.ts'
import { yunet } from './yunet.ts'

/** Every decoder that manifests can name. */
export const families: readonly Family[] = [
  arcface,
  clipImage,
  clipText,
  deeplab,
  fastestdet,
  imagenetClassifier,
  labelVectors,
  mobilefacenet,
  rtDetr,
  sam,
  sam2,
  scrfd,
  sface,
  siglipImage,
  siglipText,
  ultraface,
  yolov5,
  yolov8,
  yolov8Seg,
  yolox,
  yunet,
]

export function findFamily(name: string): Family | undefined {
  return families.find((family) => family.name === name)
}
