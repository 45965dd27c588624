import { expect, test } from 'vitest'
import type { OnnxFacts } from '../../../agents/vision/models/inspect-onnx.ts'
import type { ModelView } from '../../../protocol/detections.ts'
import { describeSize } from './describe-size.ts'
import { downloadText } from './download-text.ts'
import { draftManifest } from './draft-manifest.ts'
import { findKey } from './use-model.ts'

const facts = (outputs: OnnxFacts['outputs']): OnnxFacts => ({
  inputs: [],
  outputs,
  externalFiles: [],
  nodes: 1,
})
const vector = (name: string, length: number) => ({ name, type: 'float32', dims: ['batch', length] })

test('a download says how far it is, how fast and how long yet', () => {
  const state = {
    name: 'a.onnx',
    receivedBytes: 45_000_000,
    sizeBytes: 100_000_000,
    bytesPerSecond: 5_500_000,
  }
  expect(downloadText(state)).toBe(
    'a.onnx ███████████░░░░░░░░░░░░░ 45 % · 45.0 MB of 100 MB · 5.5 MB/s · 10 s left',
  )
  expect(downloadText({ ...state, receivedBytes: 0, bytesPerSecond: null })).toBe(
    'a.onnx ░░░░░░░░░░░░░░░░░░░░░░░░ 0 % · 0.0 kB of 100 MB',
  )
  expect(downloadText({ ...state, receivedBytes: 100_000_000 })).toMatch(/█{24} 100 % .* 5\.5 MB\/s$/)
})

test.each([
  [0, '0.0 kB'],
  [998_169, '998 kB'],
  [3_659_407, '3.7 MB'],
  [32 * 1024 ** 3, '34.4 GB'],
])('%i bytes are %s', (bytes, text) => {
  expect(describeSize(bytes)).toBe(text)
})

test('a model that is brought has the parts of its task, in the order of its files', () => {
  const files = [
    { name: 'Vision.onnx', facts: facts([vector('image_embeds', 512), vector('other', 7)]) },
    { name: 'text.onnx', facts: facts([]) },
  ]
  const values = { task: 'embed', licence: 'MIT', family: ['clip-image', 'clip-text'] }
  const draft = draftManifest(files, {
    ...values,
    tokenizerFile: 'tokenizer.json',
    others: ['tokenizer.json'],
  })
  expect(draft).toMatchObject({
    id: 'vision',
    dimensions: 512,
    parts: {
      image: { family: 'clip-image', file: 'Vision.onnx' },
      text: { family: 'clip-text', file: 'text.onnx', tokenizerFile: 'tokenizer.json' },
    },
  })
  expect(draft.files.map(({ name }) => name)).toEqual(['Vision.onnx', 'text.onnx', 'tokenizer.json'])
})

test.each([
  [{}, '--task is missing'],
  [{ task: 'detect' }, '--licence is missing'],
  [{ task: 'detect', licence: 'MIT' }, '--family is missing'],
  [{ task: 'embed', licence: 'MIT', family: ['clip-image'] }, '--dimensions'],
  [{ task: 'detect', licence: 'MIT', family: ['yolox'], input: '640' }, '--input takes width and height'],
])('a model that is brought with %j lacks something', (values, sentence) => {
  expect(() => draftManifest([{ name: 'a.onnx', facts: facts([]) }], values)).toThrow(sentence)
})

test('of several versions of a model the one that is ready somewhere is meant', () => {
  const version = (key: string, state: 'ready' | 'missing') =>
    ({ id: 'finder', key, machines: [{ state }] }) as unknown as ModelView
  const view = (...models: ModelView[]) => ({ task: 'detect' as const, models })
  const [old, other] = [version('finder@000000000001', 'missing'), version('finder@000000000002', 'ready')]
  expect(findKey('finder', view(old, other))).toBe('finder@000000000002')
  expect(findKey('finder@000000000001', view(old, other))).toBe('finder@000000000001')
  expect(findKey('finder', view(old))).toBe('finder@000000000001')
  expect(() => findKey('finder', view(other, { ...other, key: 'finder@000000000003' }))).toThrow(
    'several versions',
  )
  expect(() => findKey('loser', view(old))).toThrow('there are finder')
})
