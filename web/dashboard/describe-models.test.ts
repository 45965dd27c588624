import { expect, test } from 'vitest'
import { fakeTasks } from '../dev/fake-models.ts'
import { describeModels } from './describe-models.ts'

test('a machine says which of the models in use it runs, where and how fast', () => {
  expect(describeModels(fakeTasks('full', 1_000), 'workshop')).toBe(
    'YOLOX-Nano on CUDA, 16 at a time, 118 per second · MobileSAM on CUDA · CLIP ViT-B/32 on CUDA, 64 at a time, 204 per second · YuNet + MobileFaceNet on CUDA, 16 at a time, 96 per second',
  )
})

test('a machine without them says nothing, and one that lacks files says so', () => {
  expect(describeModels(fakeTasks('full', 1_000), 'attic')).toBeNull()
  expect(describeModels(fakeTasks('broken', 1_000), 'workshop')).toContain('CLIP ViT-B/32 (broken)')
})
