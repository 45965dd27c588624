import { expect } from 'vitest'
import type { AssetModelId } from './asset-manifests.ts'

/** Between our numbers and the references': other ways of resampling, and previews instead of originals. */
const TOLERANCE = { boxPx: 15, score: 0.05 }

/** In pixels of the picture. */
export type Corners = readonly [x1: number, y1: number, x2: number, y2: number]
type Expected = readonly [name: string, score: number, corners: Corners]
type Found = { name: string; score: number; corners: readonly number[] }
type OfPhotos = Partial<Record<AssetModelId, Record<string, readonly Expected[]>>>

/** What the reference implementations find in the photos of the test media. */
export const expectedObjects: OfPhotos = {
  'yolox-nano': {
    'bus.jpg': [
      ['bus', 0.92, [9, 230, 806, 734]],
      ['person', 0.85, [49, 393, 214, 900]],
      ['person', 0.82, [218, 403, 350, 855]],
      ['person', 0.68, [682, 446, 810, 877]],
      ['person', 0.32, [1, 595, 81, 885]],
    ],
    'zidane.jpg': [
      ['person', 0.84, [149, 199, 681, 713]],
      ['person', 0.81, [704, 39, 1_151, 706]],
      ['tie', 0.51, [431, 438, 498, 693]],
      ['tie', 0.34, [538, 405, 654, 687]],
    ],
  },
  yolov8n: {
    'bus.jpg': [
      ['person', 0.93, [672, 379, 810, 878]],
      ['person', 0.91, [222, 408, 343, 856]],
      ['person', 0.91, [51, 398, 243, 904]],
      ['person', 0.36, [0, 551, 58, 866]],
      ['bus', 0.86, [21, 231, 795, 754]],
    ],
    'zidane.jpg': [
      ['person', 0.9, [147, 200, 1_104, 711]],
      ['person', 0.84, [749, 40, 1_147, 709]],
      ['tie', 0.52, [436, 438, 520, 713]],
    ],
  },
  yolov5n: {
    'bus.jpg': [
      ['person', 0.82, [220, 408, 349, 864]],
      ['person', 0.81, [51, 397, 207, 897]],
      ['person', 0.67, [679, 379, 815, 872]],
      ['bus', 0.59, [53, 238, 815, 773]],
    ],
    'zidane.jpg': [
      ['person', 0.8, [743, 40, 1_153, 715]],
      ['person', 0.4, [134, 182, 740, 720]],
    ],
  },
  fastestdet: {
    'bus.jpg': [
      ['person', 0.88, [45, 379, 218, 900]],
      ['person', 0.88, [215, 404, 332, 869]],
      ['person', 0.64, [0, 577, 63, 841]],
      ['bus', 0.81, [78, 193, 790, 779]],
    ],
  },
  'yolov8n-seg': {
    'bus.jpg': [
      ['person', 0.87, [222, 400, 343, 854]],
      ['person', 0.83, [46, 391, 235, 897]],
      ['person', 0.82, [672, 394, 809, 875]],
      ['bus', 0.87, [17, 227, 797, 732]],
    ],
    'zidane.jpg': [['tie', 0.64, [436, 433, 523, 710]]],
  },
}

/** Share of its box that an outline of YOLOv8n-seg fills: name, score, share. */
export const filledShares = {
  'bus.jpg': [
    ['person', 0.87, 0.58],
    ['person', 0.83, 0.52],
    ['person', 0.82, 0.32],
    ['bus', 0.87, 0.63],
  ],
  'zidane.jpg': [
    ['person', 0.84, 0.43],
    ['person', 0.83, 0.56],
    ['tie', 0.64, 0.39],
  ],
} as const

export const expectedFaces: OfPhotos = {
  'yunet-mobilefacenet': {
    'bus.jpg': [
      ['face', 0.92, [113, 416, 155, 471]],
      ['face', 0.9, [269, 422, 306, 475]],
    ],
    'zidane.jpg': [
      ['face', 0.91, [915, 94, 1_058, 278]],
      ['face', 0.89, [554, 266, 656, 424]],
    ],
  },
  'ultraface-mobilefacenet': {
    'bus.jpg': [
      ['face', 0.99, [113, 410, 153, 466]],
      ['face', 0.93, [268, 418, 304, 484]],
    ],
    'zidane.jpg': [
      ['face', 1, [924, 107, 1_053, 282]],
      ['face', 0.95, [552, 249, 655, 423]],
    ],
  },
}

/** All that is expected is among what was found. */
export function expectFound(found: readonly Found[], expected: readonly Expected[]): void {
  for (const [name, score, corners] of expected) {
    const near = found.find(
      (one) =>
        one.name === name &&
        Math.abs(one.score - score) <= TOLERANCE.score &&
        one.corners.every((edge, at) => Math.abs(edge - corners[at]!) <= TOLERANCE.boxPx),
    )
    if (!near) expect.fail(`no ${name} ${score} at ${corners} among ${JSON.stringify(found)}`)
  }
}

/** Corners of a box of fractions, in pixels of the picture. */
export function cornersOf(
  [x, y, width, height]: readonly [number, number, number, number],
  { widthPx, heightPx }: { widthPx: number; heightPx: number },
): Corners {
  return [x * widthPx, y * heightPx, (x + width) * widthPx, (y + height) * heightPx]
}
