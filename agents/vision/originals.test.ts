import { appendFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { RunningVision } from './testing/running-vision.ts'

/** A machine with a model that sees more than previews show. */
async function start(): Promise<RunningVision> {
  const t = await RunningVision.start(async (folder) => {
    await writeTinyModels(folder, ['tiny-yolov8'])
    await appendFile(join(folder, 'tiny-yolov8', 'model.yaml'), 'looksAt: original\n')
  })
  onTestFinished(() => t[Symbol.asyncDispose]())
  return t
}

const found = await paintRectangle({ box: [0.1, 0.25, 0.4, 0.5] })
const other = await paintRectangle({ box: [0.5, 0.25, 0.4, 0.5] })
const left = ({ objects }: { objects: { box: readonly number[] }[] }) =>
  objects.map(({ box }) => Math.round(box[0]! * 10))

test('a model that asks for originals is shown them, and what it sees belongs to the preview', async () => {
  const t = await start()
  const seen = await t.look('asset.detect', 'tiny-yolov8', { bytes: other, grid: null, original: found }, {})
  expect(t.fetched).toEqual(['original'])
  expect(left(seen)).toEqual([1])
  const same = await t.look('asset.detect', 'tiny-yolov8', { bytes: other, grid: null }, {})
  expect(left(same)).toEqual([5])
  expect(seen.previewHash).toBe(same.previewHash)
})

test.each([
  ['that no source of the machine reads', undefined],
  ['that cannot be decoded', Buffer.from('no picture')],
])('of an original %s the preview is looked at', async (_, original) => {
  const t = await start()
  const seen = await t.look(
    'asset.detect',
    'tiny-yolov8',
    { bytes: other, grid: null, ...(original && { original }) },
    {},
  )
  expect(t.fetched).toEqual(['original', 'preview'])
  expect(left(seen)).toEqual([5])
  expect(seen.problem).toBeNull()
})
