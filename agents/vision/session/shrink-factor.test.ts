import { expect, test } from 'vitest'
import { shrinkFactor } from './shrink-factor.ts'

test.each([
  [1_440, 1_080, 640, 1],
  [1_440, 1_080, 416, 2],
  [1_080, 1_440, 416, 2],
  [1_280, 720, 416, 1],
  [1_440, 540, 416, 1],
  [1_440, 1_080, 224, 4],
  [1_440, 1_080, 112, 8],
  [810, 1_080, 640, 1],
  [1_440, 1, 224, 1],
  [1, 1, 640, 1],
] as const)(
  'a preview of %i × %i for an input of %i pixels is shrunk by %i',
  (width, height, wanted, factor) => {
    expect(shrinkFactor(width, height, wanted)).toBe(factor)
  },
)
