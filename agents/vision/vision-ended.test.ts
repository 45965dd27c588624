import { expect, test } from 'vitest'
import type { AppError } from '../../protocol/errors.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'

/** Processes are started again and again here, on a machine that may be busy with other tests. */
const LIMIT_MS = 180_000

const paintMany = (count: number) =>
  Promise.all(
    Array.from({ length: count }, (_, at) => paintRectangle({ box: [at / (count * 2), 0.25, 0.4, 0.5] })),
  )

test('a process that is killed is replaced, and what was in it is done', { timeout: LIMIT_MS }, async () => {
  const t = await startTinyVision(['tiny-yolov8'])
  const [first, ...previews] = await paintMany(25)
  await t.look('asset.detect', 'tiny-yolov8', first!, {})
  const before = t.vision.host.pid!
  const looks = previews.map((preview) => t.look('asset.detect', 'tiny-yolov8', preview, {}))
  process.kill(before, 'SIGKILL')
  const results = await Promise.all(looks)
  expect(results.map(({ objects }) => objects.length)).toEqual(previews.map(() => 1))
  expect(t.vision.host.pid).not.toBe(before)
})

test('a model that never ends fails its own looks in time; the others are done', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['broken-endless', 'tiny-yolov8'], { timeoutMs: 2_000 })
  const previews = await paintMany(6)
  const endless = t.look('asset.detect', 'broken-endless', previews[0]!, {})
  const others = previews.map((preview) => t.look('asset.detect', 'tiny-yolov8', preview, {}))
  await expect(endless).rejects.toMatchObject({
    code: 'model_failed',
    message: expect.stringContaining('did not come to an end'),
  })
  expect((await Promise.all(others)).map(({ objects }) => objects.length)).toEqual(previews.map(() => 1))
  expect(t.state('broken-endless').state).toBe('ready')
})

test('a model that ends its process with every picture is broken, and is not tried again', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['broken-endless'], { timeoutMs: 2_000 })
  for (const preview of await paintMany(3)) {
    await expect(t.look('asset.detect', 'broken-endless', preview, {})).rejects.toMatchObject({
      code: 'model_failed',
    })
  }
  expect(t.state('broken-endless')).toMatchObject({
    state: 'broken',
    reason: expect.stringContaining('with 3 pictures'),
  })
})

test('a picture that ends the process three times is quarantined, and the model goes on', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['broken-endless'], { timeoutMs: 1_000 })
  const [preview] = await paintMany(1)
  const codes: string[] = []
  for (let attempt = 0; attempt < 3; attempt += 1) {
    await t
      .look('asset.detect', 'broken-endless', preview!, {})
      .catch((error: AppError) => codes.push(error.code))
  }
  expect(codes).toEqual(['model_failed', 'model_failed', 'quarantined'])
  expect(t.state('broken-endless').state).toBe('ready')
})

test('a model that eats the memory is stopped before the machine runs out of it', {
  timeout: LIMIT_MS,
}, async () => {
  const t = await startTinyVision(['broken-memory-eater', 'tiny-yolov8'], {
    memoryLimitBytes: 600 * 1024 ** 2,
  })
  const [preview] = await paintMany(1)
  const eating = t.look('asset.detect', 'broken-memory-eater', preview!, {})
  await expect(eating).rejects.toMatchObject({ code: 'model_failed' })
  expect((await t.look('asset.detect', 'tiny-yolov8', preview!, {})).objects).toHaveLength(1)
})

test('a look that nobody waits for any more is dropped', async () => {
  const t = await startTinyVision(['tiny-yolov8'])
  const [preview] = await paintMany(1)
  const abort = new AbortController()
  const look = t.look('asset.detect', 'tiny-yolov8', preview!, {}, abort.signal)
  abort.abort(new Error('lost'))
  await expect(look).rejects.toThrow('lost')
  expect((await t.look('asset.detect', 'tiny-yolov8', preview!, {})).objects).toHaveLength(1)
})
