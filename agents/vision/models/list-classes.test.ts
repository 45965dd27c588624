import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { cocoClasses } from '../detect/coco-classes.ts'
import { listClasses } from './list-classes.ts'
import { DraftManifest, type ModelPart } from './model-manifest.ts'

function detectorOf(part: Partial<ModelPart>, changes: { task?: string } = {}): DraftManifest {
  return DraftManifest.parse({
    id: 'finder',
    name: 'Finder',
    task: 'detect',
    licence: 'MIT',
    files: [{ name: 'a.onnx' }, { name: 'names.txt' }],
    parts: { detector: { family: 'yolox', file: 'a.onnx', ...part } },
    ...changes,
  })
}

async function folderWith(names: string | null): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hearth-classes-'))
  onTestFinished(() => rm(folder, { recursive: true }))
  if (names !== null) await writeFile(join(folder, 'names.txt'), names)
  return folder
}

test('a detector has the names of its manifest, of its file of names, or those of COCO', async () => {
  const folder = await folderWith('crow\nraven\ncrow\n')
  expect(await listClasses(detectorOf({ classes: ['b', 'a'] }), folder)).toEqual(['b', 'a'])
  expect(await listClasses(detectorOf({ classFile: 'names.txt' }), folder)).toEqual(['crow', 'raven'])
  expect(await listClasses(detectorOf({}), folder)).toEqual(cocoClasses)
})

test('what stands for no thing in a map of classes is no name', async () => {
  const folder = await folderWith(null)
  expect(await listClasses(detectorOf({ family: 'deeplab' }), folder)).not.toContain('background')
  expect(await listClasses(detectorOf({ family: 'deeplab', classes: ['else', 'roof'] }), folder)).toEqual([
    'roof',
  ])
})

test.each([
  ['of another task', detectorOf({}, { task: 'segment' }), null],
  ['whose file of names is gone', detectorOf({ classFile: 'names.txt' }), null],
  ['whose file of names has a gap', detectorOf({ classFile: 'names.txt' }), 'crow\n\nraven'],
  ['with more names than anybody chooses from', detectorOf({ classes: many(1_501) }), null],
])('a model %s names none', async (_, manifest, names) => {
  expect(await listClasses(manifest, await folderWith(names))).toBeUndefined()
})

function many(count: number): string[] {
  return Array.from({ length: count }, (_, at) => `thing ${at}`)
}
