import { expect, test } from 'vitest'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'

test('every kind of look works through the process: outlines, vectors, faces, queries', async () => {
  const t = await startTinyVision(['tiny-yolov8-seg', 'tiny-sam', 'tiny-clip', 'tiny-yunet-sface'])
  const preview = await paintRectangle({ widthPx: 480, heightPx: 480 })
  const box: [number, number, number, number] = [0.25, 0.25, 0.5, 0.5]

  const { masks } = await t.look('asset.segment', 'tiny-yolov8-seg', preview, {
    boxes: [{ detectionId: 7, box }],
  })
  expect(masks).toMatchObject([{ detectionId: 7, mask: { size: expect.any(Array) } }])

  const at: [number, number] = [0.5, 0.5]
  const clicked = await t.look('asset.prompt', 'tiny-sam', preview, {
    prompt: { points: [{ at, inside: true }], box: null },
  })
  expect(clicked.mask).not.toBeNull()
  expect(clicked.box![0]).toBeCloseTo(0.25, 1)

  const picked = await t.look('asset.prompt', 'tiny-yolov8-seg', preview, {
    prompt: { points: [{ at, inside: true }], box: null },
  })
  expect(picked.mask).not.toBeNull()

  const { embedding } = await t.look('asset.embed', 'tiny-clip', preview, {})
  const query = await t.ask('tiny-clip', 'red')
  expect(embedding!.length).toBe(query.embedding!.length)

  const { faces } = await t.look('asset.faces', 'tiny-yunet-sface', preview, {})
  expect(faces[0]?.embedding).toEqual(expect.any(String))
})
