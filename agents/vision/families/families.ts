import { deeplab } from './deeplab.ts'
import type { Family } from './family.ts'
import { fastestdet } from './fastestdet.ts'
import { rtDetr } from './rt-detr.ts'
import { yolov5 } from './yolov5.ts'
import { yolov8 } from './yolov8.ts'
import { yolov8Seg } from './yolov8-seg.ts'
import { yolox } from './yolox.ts'

/** Every decoder that manifests can name. */
export const families: readonly Family[] = [deeplab, fastestdet, rtDetr, yolov5, yolov8, yolov8Seg, yolox]

export function findFamily(name: string): Family | undefined {
  return families.find((family) => family.name === name)
}
