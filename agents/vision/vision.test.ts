import { expect, test } from 'vitest'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'

test('a preview becomes boxes, with the model’s way of running and the time of each stage', async () => {
  const t = await startTinyVision(['tiny-yolov8'])
  const result = await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
  expect(result).toMatchObject({
    provider: 'cpu',
    batch: 1,
    problem: null,
    objects: [{ className: 'red thing', score: expect.closeTo(0.9, 1) }],
  })
  const [x, y, width, height] = result.objects[0]!.box
  for (const [edge, wanted] of [x, y, width, height].map(
    (edge, at) => [edge, [0.25, 0.25, 0.5, 0.5][at]!] as const,
  )) {
    expect(edge).toBeCloseTo(wanted, 1)
  }
  expect(result.stagesMs.decode).toBeGreaterThan(0)
  expect(result.stagesMs.infer).toBeGreaterThan(0)
  expect(t.vision.report()).toMatchObject({
    providers: [{ provider: 'cpu', works: true, reason: null }],
    models: expect.arrayContaining([
      expect.objectContaining({
        id: 'tiny-yolov8',
        state: 'ready',
        running: expect.objectContaining({ batch: 1 }),
      }),
    ]),
  })
})

test('execution providers are tried one after the other, and those that do not work say why', async () => {
  const t = await startTinyVision(['tiny-yolov8'], {
    providers: ['tensorrt', 'cuda', 'dml', 'coreml', 'cpu'],
  })
  const result = await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
  const { providers } = t.vision.report()
  const used = providers.find(({ works }) => works)
  expect(result.provider).toBe(used?.provider)
  expect(providers.at(-1)).toBe(used)
  for (const { works, reason } of providers) expect(reason).toEqual(works ? null : expect.any(String))
})

test.each([
  ['nothing', Buffer.alloc(0)],
  ['no picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
  ['half a picture', (await paintRectangle()).subarray(0, 1_500)],
])(
  '%s under the name of a preview is a fact about the picture, and the next one is looked at',
  async (_, bytes) => {
    const t = await startTinyVision(['tiny-yolov8'])
    const broken = await t.look('asset.detect', 'tiny-yolov8', bytes, {})
    expect(broken).toMatchObject({ objects: [], problem: expect.stringMatching(/cannot be decoded/) })
    const next = await t.look('asset.detect', 'tiny-yolov8', await paintRectangle(), {})
    expect(next.objects).toHaveLength(1)
  },
)

test.each([
  ['1 × 1', 1, 1],
  ['1 × 1,440', 1, 1_440],
  ['1,440 × 1', 1_440, 1],
])('a picture of %s pixels is looked at', async (_, widthPx, heightPx) => {
  const t = await startTinyVision(['tiny-yolov8'])
  const preview = await paintRectangle({ widthPx, heightPx, box: [0, 0, 1, 1] })
  expect((await t.look('asset.detect', 'tiny-yolov8', preview, {})).problem).toBeNull()
})

test('pictures that wait together are run together', async () => {
  const t = await startTinyVision(['tiny-yolov8'])
  const previews = await Promise.all(
    Array.from({ length: 24 }, (_, at) => paintRectangle({ box: [at / 48, 0.25, 0.4, 0.5] })),
  )
  const results = await Promise.all(
    previews.map((preview) => t.look('asset.detect', 'tiny-yolov8', preview, {})),
  )
  expect(Math.max(...results.map(({ batch }) => batch))).toBeGreaterThan(1)
  for (const [at, { objects }] of results.entries()) expect(objects[0]!.box[0]).toBeCloseTo(at / 48, 1)
})

test('numbers that are none fail the look, and nothing else', async () => {
  const t = await startTinyVision(['broken-nan', 'tiny-yolov8'])
  const preview = await paintRectangle()
  await expect(t.look('asset.detect', 'broken-nan', preview, {})).rejects.toMatchObject({
    code: 'model_failed',
    message: expect.stringContaining('NaN'),
  })
  expect((await t.look('asset.detect', 'tiny-yolov8', preview, {})).objects).toHaveLength(1)
})

test('a file that is not of its family is broken from then on; its jobs wait for another', async () => {
  const t = await startTinyVision(['broken-shape'])
  const preview = await paintRectangle()
  const look = () => t.look('asset.detect', 'broken-shape', preview, {})
  const waits = { code: 'model_missing', message: expect.stringContaining('broken-shape') }
  await expect(look()).rejects.toMatchObject(waits)
  expect(t.state('broken-shape')).toMatchObject({ state: 'broken', reason: expect.any(String) })
  await expect(look()).rejects.toMatchObject(waits)
})

test('a click is answered while a backfill runs, before what was there first', async () => {
  const t = await startTinyVision(['tiny-yolov8', 'tiny-sam'])
  const [clicked, ...previews] = await Promise.all(
    Array.from({ length: 41 }, (_, at) => paintRectangle({ box: [at / 82, 0.25, 0.4, 0.5] })),
  )
  const click = { prompt: { points: [{ at: [0.2, 0.5] as [number, number], inside: true }], box: null } }
  await t.look('asset.prompt', 'tiny-sam', clicked!, click)
  await t.look('asset.detect', 'tiny-yolov8', clicked!, {})
  let done = 0
  const looks = previews.map((preview) =>
    t.look('asset.detect', 'tiny-yolov8', preview, {}).then(() => {
      done += 1
    }),
  )
  const { mask } = await t.look('asset.prompt', 'tiny-sam', clicked!, click)
  expect(mask).not.toBeNull()
  expect(done).toBeLessThan(previews.length / 2)
  await Promise.all(looks)
})
