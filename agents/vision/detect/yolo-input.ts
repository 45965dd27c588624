import { type InputDefaults, PLAIN } from '../families/read-input-rule.ts'

/** What all of Ultralytics' models look at: the picture in the middle of a grey square, RGB in 0..1. */
export const YOLO_INPUT: InputDefaults = {
  size: { widthPx: 640, heightPx: 640 },
  fit: 'centre',
  kernel: 'linear',
  channels: 'rgb',
  ...PLAIN,
  pad: 114,
}

/** Their thresholds where the manifest has none. */
export const YOLO_MIN_SCORE = 0.3
export const YOLO_MAX_OVERLAP = 0.45
