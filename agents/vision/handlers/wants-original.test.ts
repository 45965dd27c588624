import { expect, test } from 'vitest'
import { AppError } from '../../../protocol/errors.ts'
import { mayLookAtPreview, wantsOriginal } from './wants-original.ts'

const manifest = { name: 'sharp eyes', parts: {}, files: [] }

test.each([
  ['original', 'detect', 'a.JPG', 5e6, true],
  ['original', 'embed', 'b.tif', 60e6, true],
  ['original', 'faces', 'c.webp', 5e6, true],
  ['original', 'detect', 'd.CR3', 25e6, false],
  ['original', 'detect', 'e.heic', 2e6, false],
  ['original', 'detect', 'panorama.jpg', 90e6, false],
  ['original', 'prompt', 'a.jpg', 5e6, false],
  ['original', 'segment', 'a.jpg', 5e6, false],
  ['preview', 'detect', 'a.jpg', 5e6, false],
  [undefined, 'detect', 'a.jpg', 5e6, false],
] as const)(
  'a model that looks at %s gets it for %s of %s with %d bytes: %s',
  (looksAt, type, path, sizeBytes, gets) => {
    expect(wantsOriginal({ ...manifest, ...(looksAt && { looksAt }) }, type, { path, sizeBytes })).toBe(gets)
  },
)

test('where no source reads the original now, the preview does; a model that fails, and a job that is over, stay so', () => {
  const { signal } = new AbortController()
  expect(mayLookAtPreview(new AppError('source_unavailable', 'gone'), signal)).toBe(true)
  expect(mayLookAtPreview(new AppError('file_unreadable', 'no'), signal)).toBe(true)
  expect(mayLookAtPreview(new AppError('model_failed', 'no'), signal)).toBe(false)
  expect(mayLookAtPreview(new AppError('file_changed', 'no'), signal)).toBe(false)
  expect(mayLookAtPreview(new Error('a fault of ours'), signal)).toBe(false)
  expect(mayLookAtPreview(new AppError('source_unavailable', 'gone'), AbortSignal.abort())).toBe(false)
})
