import { copyFile, mkdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeTinyModels } from '../../../scripts/fixtures/onnx/tiny-models.ts'
import { TestModels } from '../testing/test-models.ts'
import { tinyModels } from '../testing/tiny-models.ts'
import { keepManifest } from './keep-manifest.ts'
import { ModelManifest } from './model-manifest.ts'

const unknown = ModelManifest.parse({
  id: 'wanted',
  name: 'Wanted',
  task: 'detect',
  licence: 'MIT',
  source: 'https://example.org',
  files: [{ name: 'a.onnx', sha256: 'a'.repeat(64), sizeBytes: 10, url: 'https://example.org/a.onnx' }],
  parts: { detector: { family: 'yolox', file: 'a.onnx' } },
})
const stateOf = (models: TestModels, id: string) => {
  const model = models.registry.models.find(({ card }) => card.id === id)
  return { state: model?.state, reason: model?.reason ?? '' }
}

test('models with the right files are ready', async () => {
  await using models = await tinyModels('tiny-yolox', 'tiny-clip')
  expect(models.registry.models.map(({ card, state }) => [card.id, state])).toEqual([
    ['tiny-clip', 'ready'],
    ['tiny-yolox', 'ready'],
  ])
  const { key } = models.ready('tiny-clip')
  expect(models.registry.require(key).card).toMatchObject({ queries: 'text', dimensions: 4, task: 'embed' })
})

test('a model that is known and not here is missing, and the sentence names the command', async () => {
  await using models = await TestModels.make(async () => [], { builtIn: [unknown] })
  expect(stateOf(models, 'wanted')).toMatchObject({
    state: 'missing',
    reason: 'Run hearth models pull wanted on this machine',
  })
  expect(() => models.registry.require(models.registry.models[0]!.key)).toThrow('hearth models pull wanted')
})

test('a model that nobody offers for download is asked for by its hash and its folder', async () => {
  const builtIn = [{ ...unknown, files: [{ ...unknown.files[0]!, url: null }] }]
  await using models = await TestModels.make(async () => [], { builtIn })
  expect(stateOf(models, 'wanted').reason).toContain('a'.repeat(64))
  expect(stateOf(models, 'wanted').reason).toContain(join(models.folder, 'wanted'))
})

test('a model that is put into the folder is noticed without a restart', async () => {
  await using models = await tinyModels('tiny-yolox')
  let changes = 0
  models.registry.onChange(() => {
    changes += 1
  })
  await models.registry.refresh()
  expect(changes).toBe(0)
  await writeTinyModels(models.folder, ['tiny-yolov8'])
  const { registry } = models
  await registry.refresh()
  expect(registry.models.map(({ card, state }) => [card.id, state])).toEqual([
    ['tiny-yolov8', 'unsupported'],
    ['tiny-yolox', 'ready'],
  ])
  expect(changes).toBe(1)
  await rm(join(models.folder, 'tiny-yolov8'), { recursive: true })
  await registry.refresh()
  expect(registry.models).toHaveLength(1)
  expect(changes).toBe(2)
})

test('a running registry looks by itself', async () => {
  await using models = await TestModels.make(async () => [], {
    intervalMs: 20,
    families: [{ name: 'yolox', role: 'detector' }],
  })
  const { promise, resolve } = Promise.withResolvers<void>()
  models.registry.onChange(() => stateOf(models, 'tiny-yolox').state === 'ready' && resolve())
  await writeTinyModels(models.folder, ['tiny-yolox'])
  await promise
})

test('a changed file is read through again, an unchanged one is not, also after a restart', async () => {
  await using models = await tinyModels('tiny-yolox')
  const path = join(models.folder, 'tiny-yolox', 'model.onnx')
  const memory = join(models.folder, '.verified.json')
  const remembered = await readFile(memory, 'utf8')
  // A wrong memory is believed, which shows that nothing was read.
  await writeFile(memory, remembered.replaceAll(/"sha256": "\w+"/g, `"sha256": "${'f'.repeat(64)}"`))
  const again = await TestModels.over(models.folder)
  expect(stateOf(again, 'tiny-yolox').state).toBe('broken')
  await again.registry.stop()

  await utimes(path, new Date(), new Date('2020-01-01'))
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox').state).toBe('ready')
  const bytes = await readFile(path)
  bytes[bytes.length - 1]! ^= 1
  await writeFile(path, bytes)
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox')).toMatchObject({ state: 'broken' })
  expect(stateOf(models, 'tiny-yolox').reason).toContain('another file than its manifest says')
})

test('a memory that is damaged costs one more reading, and nothing else', async () => {
  await using models = await tinyModels('tiny-yolox')
  await writeFile(join(models.folder, '.verified.json'), '{"tiny')
  const again = await TestModels.over(models.folder)
  expect(stateOf(again, 'tiny-yolox').state).toBe('ready')
  await again.registry.stop()
})

test('bad files are broken models with a reason, and the others go on', async () => {
  await using models = await tinyModels(
    'tiny-yolox',
    'broken-truncated',
    'broken-foreign',
    'broken-external-data',
    'broken-curious',
  )
  expect(stateOf(models, 'broken-truncated')).toMatchObject({ state: 'broken' })
  expect(stateOf(models, 'broken-truncated').reason).toContain('is no whole ONNX file')
  expect(stateOf(models, 'broken-foreign').reason).toContain('is no whole ONNX file')
  expect(stateOf(models, 'broken-external-data').reason).toContain('keeps data in "weights.bin"')
  expect(stateOf(models, 'broken-curious').reason).toContain('keeps data in "../../../etc/passwd"')
  expect(stateOf(models, 'tiny-yolox').state).toBe('ready')
})

test('a file of another size is not even read', async () => {
  await using models = await tinyModels('tiny-yolox')
  await writeFile(join(models.folder, 'tiny-yolox', 'model.onnx'), 'too short')
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox').reason).toMatch(/has 9 bytes instead of \d+/)
})

test('a link out of the models folder is refused, one inside is followed', async () => {
  await using models = await tinyModels('tiny-yolox', 'tiny-yolov5')
  const inside = join(models.folder, 'tiny-yolov5', 'model.onnx')
  await copyFile(inside, join(models.folder, 'shared.onnx'))
  await rm(inside)
  await symlink(join(models.folder, 'shared.onnx'), inside)
  const outside = join(models.folder, 'tiny-yolox', 'model.onnx')
  await rm(outside)
  await symlink('/etc/hostname', outside)
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolov5').state).toBe('ready')
  expect(stateOf(models, 'tiny-yolox')).toMatchObject({ state: 'broken' })
  expect(stateOf(models, 'tiny-yolox').reason).toContain('leads out of the models folder')
})

test('a family that this version does not know is unsupported, and so is one in the wrong place', async () => {
  await using models = await TestModels.make(
    (folder) => writeTinyModels(folder, ['tiny-yolox', 'tiny-yolov8']),
    {
      families: [{ name: 'yolov8', role: 'face-detector' }],
    },
  )
  expect(stateOf(models, 'tiny-yolox')).toMatchObject({ state: 'unsupported' })
  expect(stateOf(models, 'tiny-yolox').reason).toContain('does not know the family yolox')
  expect(stateOf(models, 'tiny-yolov8')).toMatchObject({ state: 'unsupported' })
  expect(stateOf(models, 'tiny-yolov8').reason).toContain('must be a detector')
})

test('a manifest without hashes waits for its owner to look, and carries no results', async () => {
  await using models = await tinyModels('tiny-yolox')
  const { manifest } = models.ready('tiny-yolox')
  await keepManifest(models.folder, { ...manifest, files: [{ name: 'model.onnx', url: null }] })
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox')).toMatchObject({ state: 'broken' })
  expect(stateOf(models, 'tiny-yolox').reason).toContain('hearth models verify --accept tiny-yolox')
  expect(models.registry.models[0]?.key).toBe('tiny-yolox@000000000000')
})

test('a folder whose manifest cannot be read is a problem of its own', async () => {
  await using models = await tinyModels('tiny-yolox')
  await mkdir(join(models.folder, 'mine'))
  await writeFile(join(models.folder, 'mine', 'model.yaml'), 'task: [')
  await models.registry.refresh()
  expect(models.registry.problems).toEqual([
    { folder: join(models.folder, 'mine'), reason: expect.stringContaining('The manifest of mine is wrong') },
  ])
  expect(stateOf(models, 'tiny-yolox').state).toBe('ready')
})

test('a manifest in the folder stands over the one that Hearth has', async () => {
  await using models = await tinyModels('tiny-yolox')
  const { manifest, key } = models.ready('tiny-yolox')
  const builtIn = ModelManifest.parse({ ...unknown, id: manifest.id })
  const again = await TestModels.over(models.folder, { builtIn: [builtIn] })
  expect(again.registry.models.map((model) => model.key)).toEqual([key])
  await again.registry.stop()
})

test('what the runtime refuses is broken until its files change', async () => {
  await using models = await tinyModels('tiny-yolox')
  const { key } = models.ready('tiny-yolox')
  models.registry.refuse(key, 'The runtime says no')
  expect(stateOf(models, 'tiny-yolox')).toEqual({ state: 'broken', reason: 'The runtime says no' })
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox').state).toBe('broken')
  await utimes(join(models.folder, 'tiny-yolox', 'model.onnx'), new Date(), new Date('2020-01-01'))
  await models.registry.refresh()
  expect(stateOf(models, 'tiny-yolox').state).toBe('ready')
})

test('a machine without a models folder knows what it could have', async () => {
  await using models = await TestModels.make(
    async (folder) => {
      await rm(folder, { recursive: true })
      return []
    },
    { builtIn: [unknown] },
  )
  expect(stateOf(models, 'wanted').state).toBe('missing')
})
