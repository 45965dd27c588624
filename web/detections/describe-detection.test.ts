import { expect, test } from 'vitest'
import type { DetectionView } from '../../protocol/detections.ts'
import { chipText, detectionName, scoreText, spokenName, sureWords } from './describe-detection.ts'

const dog: DetectionView = {
  id: 1,
  assetId: 1,
  kind: 'object',
  label: 'dog',
  box: [0, 0, 1, 1],
  mask: null,
  landmarks: null,
  score: 0.874,
  review: 'proposed',
  model: 'yolox-nano@0123456789ab',
}

test.each([
  [{}, 'Dog 87 %. Found by yolox-nano', 'Found by yolox-nano, 87 % sure'],
  [{ review: 'confirmed' }, 'Dog 87 %. Confirmed by a person', 'Confirmed by a person'],
  [{ review: 'drawn', score: null, model: null }, 'Dog. Drawn by a person', 'Drawn by a person'],
  [
    { review: 'rejected' },
    'Dog 87 %. Rejected by a person; found by yolox-nano',
    'Rejected by a person; found by yolox-nano, 87 % sure',
  ],
] as const)('%o is spoken as “%s”', (change, spoken, sure) => {
  expect(spokenName({ ...dog, ...change })).toBe(spoken)
  expect(sureWords({ ...dog, ...change })).toBe(sure)
})

test('a face that nobody has named is a question, a named one is a name', () => {
  expect(detectionName({ kind: 'face', label: 'face' })).toBe('Face without a name')
  expect(chipText({ kind: 'face', label: 'face' })).toBe('?')
  expect(chipText({ kind: 'face', label: 'Anna' })).toBe('Anna')
})

test('no model is entirely sure', () => {
  expect(scoreText(0.9999)).toBe('99 %')
})
