import { expect, test } from 'vitest'
import type { VisionTask } from '../../protocol/models.ts'
import { dueLooks, type LookFacts } from './due-looks.ts'

const DETECTOR = 1
const OUTLINER = 2
const EMBEDDER = 3
const inUse = new Map<VisionTask, number>([
  ['detect', DETECTOR],
  ['segment', OUTLINER],
  ['embed', EMBEDDER],
])

function look(task: VisionTask, modelId: number, preview = 'now', atMs = 10): LookFacts['looks'][number] {
  return { task, modelId, preview, atMs }
}
const seen = [look('detect', DETECTOR), look('embed', EMBEDDER)]

test.each<[string, Partial<LookFacts>, VisionTask[]]>([
  ['nothing without a preview', { preview: null }, []],
  ['every task at a preview that nobody has seen', {}, ['detect', 'embed']],
  ['nothing when all have seen it', { looks: seen }, []],
  [
    'what has seen another preview',
    { looks: [look('detect', DETECTOR, 'before'), look('embed', EMBEDDER)] },
    ['detect'],
  ],
  [
    'what another model has seen',
    { looks: [look('detect', DETECTOR), look('embed', EMBEDDER + 1)] },
    ['embed'],
  ],
  ['outlines of what has none', { looks: seen, unmaskedAtMs: 5 }, ['segment']],
  ['outlines only after what is found anew', { unmaskedAtMs: 5 }, ['detect', 'embed']],
  [
    'no outlines twice, though the model saw none',
    { looks: [...seen, look('segment', OUTLINER, 'now', 20)], unmaskedAtMs: 15 },
    [],
  ],
  [
    'outlines of what was drawn since',
    { looks: [...seen, look('segment', OUTLINER, 'now', 20)], unmaskedAtMs: 25 },
    ['segment'],
  ],
  [
    'outlines by the model that is in use now',
    { looks: [...seen, look('segment', OUTLINER + 1, 'now', 20)], unmaskedAtMs: 5 },
    ['segment'],
  ],
])('due is %s', (_fact, facts, due) => {
  expect(dueLooks({ preview: 'now', looks: [], unmaskedAtMs: null, ...facts }, inUse)).toEqual(due)
})

test('nothing is due for a task without a model', () => {
  expect(dueLooks({ preview: 'now', looks: [], unmaskedAtMs: 5 }, new Map())).toEqual([])
  expect(dueLooks({ preview: 'now', looks: seen, unmaskedAtMs: 5 }, new Map([['detect', DETECTOR]]))).toEqual(
    [],
  )
})
