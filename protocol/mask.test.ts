import { expect, test } from 'vitest'
import { Mask } from './mask.ts'

test('a mask has run lengths that cover its size', () => {
  expect(Mask.parse({ size: [3, 3], counts: '234' })).toEqual({ size: [3, 3], counts: '234' })
})

test.each([
  ['that cover less', { size: [3, 3], counts: '8' }],
  ['that cover more', { size: [3, 3], counts: '9P1' }],
  ['that are cut off', { size: [3, 3], counts: '9P' }],
  ['of another code', { size: [3, 3], counts: 'p' }],
  ['of a picture that is larger than any preview', { size: [1_441, 1], counts: 'QZ1' }],
])('a mask with run lengths %s is refused', (_, mask) => {
  expect(Mask.safeParse(mask).success).toBe(false)
})
