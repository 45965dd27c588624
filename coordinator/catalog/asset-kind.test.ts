import { expect, test } from 'vitest'
import { assetKind } from './asset-kind.ts'

const original = (name: string, durationMs: number | null = null) => ({
  name,
  role: 'original' as const,
  durationMs,
})

test.each([
  ['a Live Photo', [original('a.heic'), original('a.mov', 2_900)], 'image'],
  ['a Live Photo whose movie was not read yet', [original('a.heic'), original('a.mov')], 'image'],
  ['a video with a poster', [original('a.jpg'), original('a.mp4', 600_000)], 'video'],
  ['a film that no phone wrote', [original('a.jpg'), original('a.mkv')], 'video'],
  ['a RAW beside a long movie', [original('a.cr2'), original('a.mp4', 600_000)], 'image'],
  ['a video with its thumbnail', [original('a.avi'), { name: 'a.thm', role: 'sidecar' as const }], 'video'],
  [
    'a video with a still made from it',
    [original('a.mp4'), { name: 'a-edited.jpg', role: 'derivative' as const }],
    'video',
  ],
])('%s is %s', (_fact, files, kind) => {
  expect(assetKind(files)).toBe(kind)
})
