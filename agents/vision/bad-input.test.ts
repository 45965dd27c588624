import { afterAll, beforeAll, expect, test } from 'vitest'
import { type TinyModelId, writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { RunningVision } from './testing/running-vision.ts'

/** One machine with a good model among bad ones: each case also shows that the queue goes on. */
let running: RunningVision
const good = 'tiny-yolov8'

type Case = { model: TinyModelId; reason: string | RegExp }

/** Found out before the runtime sees the file. */
const refusedFiles: Case[] = [
  { model: 'broken-truncated', reason: 'is no whole ONNX file' },
  { model: 'broken-foreign', reason: 'is no whole ONNX file' },
  { model: 'broken-external-data', reason: 'keeps data in "weights.bin"' },
  { model: 'broken-curious', reason: 'keeps data in "../../../etc/passwd"' },
]
/** Found out when the model is first used: it is broken from then on, and its jobs wait for another. */
const brokenModels: Case[] = [
  { model: 'broken-shape', reason: /output/ },
  { model: 'broken-other-shape', reason: /classes|reads/ },
  { model: 'broken-absurd-input', reason: /at most 4096 is run/ },
  { model: 'broken-huge-initializer', reason: /\S/ },
  { model: 'broken-custom-operator', reason: /OpenTheDoor/ },
]
/** Fails for this picture; the model may be good for others. */
const failedLooks: Case[] = [
  { model: 'broken-nan', reason: 'NaN' },
  { model: 'broken-absurd-output', reason: /\S/ },
]

beforeAll(async () => {
  const bad = [...refusedFiles, ...brokenModels, ...failedLooks].map(({ model }) => model)
  const others = ['broken-too-many-boxes', 'broken-large-mask', 'broken-ragged'] as const
  running = await RunningVision.start((folder) => writeTinyModels(folder, [good, ...others, ...bad]))
}, 60_000)
afterAll(() => running[Symbol.asyncDispose]())

async function expectOthersGoOn(): Promise<void> {
  const { objects } = await running.look('asset.detect', good, await paintRectangle(), {})
  expect(objects).toHaveLength(1)
}

test.each(refusedFiles)('$model is broken before it is run', ({ model, reason }) => {
  expect(running.state(model)).toMatchObject({ state: 'broken', reason: expect.stringMatching(reason) })
})

test.each(brokenModels)(
  '$model is broken once it has been tried, and its job waits for another',
  async ({ model, reason }) => {
    const look = running.look('asset.detect', model, await paintRectangle(), {})
    await expect(look).rejects.toMatchObject({
      code: 'model_missing',
      message: expect.stringMatching(reason),
    })
    expect(running.state(model)).toMatchObject({ state: 'broken', reason: expect.stringMatching(reason) })
    await expectOthersGoOn()
  },
)

test.each(failedLooks)('$model fails its look and nothing else', async ({ model, reason }) => {
  const look = running.look('asset.detect', model, await paintRectangle(), {})
  await expect(look).rejects.toMatchObject({ code: 'model_failed', message: expect.stringMatching(reason) })
  expect(running.state(model).state).toBe('ready')
  await expectOthersGoOn()
})

test('of a thousand things in one picture the best three hundred are kept', async () => {
  const { objects } = await running.look('asset.detect', 'broken-too-many-boxes', await paintRectangle(), {})
  expect(objects).toHaveLength(300)
})

test('a model whose outlines have more pixels than any preview is broken', async () => {
  const boxes = [{ detectionId: 1, box: [0.25, 0.25, 0.5, 0.5] as [number, number, number, number] }]
  const look = running.look('asset.segment', 'broken-large-mask', await paintRectangle(), { boxes })
  await expect(look).rejects.toMatchObject({ message: expect.stringContaining('at most 1440') })
  expect(running.state('broken-large-mask').state).toBe('broken')
  await expectOthersGoOn()
})

test('an outline that goes in and out at every pixel is kept with fewer pixels', async () => {
  const preview = await paintRectangle({ widthPx: 1_440, heightPx: 1_440, box: [0, 0, 1, 1] })
  const { mask } = await running.look('asset.prompt', 'broken-ragged', preview, {
    prompt: { points: [{ at: [0.5, 0.5], inside: true }], box: null },
  })
  expect(Math.max(...mask!.size)).toBeLessThan(1_024)
})

test.each([
  ['0 bytes', Buffer.alloc(0)],
  ['half a picture', (await paintRectangle()).subarray(0, 1_500)],
  ['no picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
])('a preview of %s is a fact about the picture', async (_, bytes) => {
  expect(await running.look('asset.detect', good, bytes, {})).toMatchObject({
    objects: [],
    problem: expect.stringMatching(/cannot be decoded/),
  })
  await expectOthersGoOn()
})

test.each([
  [1, 1],
  [1, 10_000],
  [10_000, 1],
])('a picture of %i × %i pixels is looked at', async (widthPx, heightPx) => {
  const preview = await paintRectangle({ widthPx, heightPx, box: [0, 0, 1, 1] })
  expect((await running.look('asset.detect', good, preview, {})).problem).toBeNull()
})
