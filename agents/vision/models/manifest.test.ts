import { expect, test } from 'vitest'
import { modelCard } from './model-card.ts'
import { modelKey } from './model-key.ts'
import { ModelManifest } from './model-manifest.ts'
import { isMeasured, readManifest } from './read-manifest.ts'

const detector = ModelManifest.parse({
  id: 'finder',
  name: 'Finder',
  task: 'detect',
  licence: 'MIT',
  source: 'https://example.org',
  files: [{ name: 'a.onnx', sha256: 'a'.repeat(64), sizeBytes: 10 }],
  parts: { detector: { family: 'yolox', file: 'a.onnx', minScore: 0.4 } },
})

const short = `
task: detect
licence: MIT
parts:
  detector: { family: yolov8, file: mine.onnx, classFile: names.txt }
`

test('a short manifest is completed by what its folder and its parts say', () => {
  const manifest = readManifest(short, 'mine')
  expect(manifest).toMatchObject({
    id: 'mine',
    name: 'mine',
    source: '',
    files: [
      { name: 'mine.onnx', url: null },
      { name: 'names.txt', url: null },
    ],
  })
  expect(isMeasured(manifest)).toBe(false)
})

test('a manifest may be JSON', () => {
  expect(readManifest(JSON.stringify({ ...detector }), 'finder')).toEqual(detector)
})

test.each([
  ['names no task', 'licence: MIT\nparts: {}', 'task'],
  ['has the id of another folder', `id: other\n${short}`, 'name the folder so'],
  ['names a file that is none of its files', `files: [{ name: other.onnx }]\n${short}`, 'none of the files'],
  ['leads out of its folder', short.replace('mine.onnx', '../mine.onnx'), 'plain file name'],
  ['hides a file', short.replace('mine.onnx', '.mine.onnx'), 'plain file name'],
  ['says something that nobody knows', `${short}colour: red\n`, 'colour'],
  [
    'has the parts of another task',
    short.replace('task: detect', 'task: faces\ndimensions: 4').replace('detector:', 'image:'),
    'must be, for faces',
  ],
  [
    'does not say how long its vectors are',
    short.replace('detect', 'embed').replace('detector:', 'image:'),
    'how long',
  ],
  ['is no YAML', 'a: [', 'mine is wrong'],
  ['is a list', '- 1', 'mine is wrong'],
])('a manifest is refused that %s', (_, text, reason) => {
  expect(() => readManifest(text, 'mine')).toThrow(reason)
})

test('aliases of aliases do not fill the memory', () => {
  const lines = Array.from(
    { length: 30 },
    (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`,
  )
  expect(() => readManifest(['a0: &a0 [x]', ...lines].join('\n'), 'mine')).toThrow('mine is wrong')
})

test('a model’s key stands for its files and how they are read, not for what it is called', () => {
  const key = modelKey(detector)
  expect(key).toMatch(/^finder@[0-9a-f]{12}$/)
  expect(modelKey({ ...detector, name: 'Other', licence: 'BSD', source: '' })).toBe(key)
  expect(
    modelKey({ ...detector, files: detector.files.map((file) => ({ ...file, url: 'https://x.org/a' })) }),
  ).toBe(key)
  const { detector: part } = detector.parts
  expect(
    modelKey({ ...detector, parts: { detector: { minScore: 0.4, file: 'a.onnx', family: 'yolox' } } }),
  ).toBe(key)
  expect(modelKey({ ...detector, parts: { detector: { ...part!, minScore: 0.5 } } })).not.toBe(key)
  expect(modelKey({ ...detector, files: [{ ...detector.files[0]!, sha256: 'b'.repeat(64) }] })).not.toBe(key)
})

test('a card says what a model can be asked for', () => {
  const text = { family: 't', file: 'a.onnx' }
  const embedder = { ...detector, task: 'embed' as const, dimensions: 4 }
  const card = (parts: ModelManifest['parts']) => modelCard({ ...embedder, parts }, 'finder@000000000000')
  expect(card({ image: text })).toMatchObject({ queries: 'none', dimensions: 4, promptable: false })
  expect(card({ image: text, text: { ...text, tokenizerFile: 'a.onnx' } })).toMatchObject({ queries: 'text' })
  expect(card({ image: text, text: { ...text, classes: ['a'] } })).toMatchObject({ queries: 'words' })
  expect(card({ encoder: text, decoder: text })).toMatchObject({ promptable: true, family: 't' })
})
