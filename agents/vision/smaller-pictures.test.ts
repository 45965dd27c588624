import sharp from 'sharp'
import { expect, test } from 'vitest'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { cosine, readHalves } from './testing/read-halves.ts'
import type { RenderedPreview } from './testing/render-preview.ts'
import { startTinyVision } from './testing/start-tiny-vision.ts'

const preview = { widthPx: 640, heightPx: 480 }

/** A preview of its own, and a smaller picture of it. */
async function paint(gridPx: number, x = 0.25): Promise<Pick<RenderedPreview, 'bytes' | 'grid'>> {
  const bytes = await paintRectangle({ ...preview, box: [x, 0.25, 0.5, 0.5], colour: [255, 0, 0] })
  const { data, info } = await sharp(bytes)
    .resize(gridPx, gridPx, { fit: 'inside' })
    .jpeg()
    .toBuffer({ resolveWithObject: true })
  return { bytes, grid: { bytes: data, widthPx: info.width, heightPx: info.height } }
}

test('an embedder with a small input is shown the picture of the gallery, and its answer is about the preview', async () => {
  const running = await startTinyVision(['tiny-clip'])
  const picture = await paint(512)
  const small = await running.look('asset.embed', 'tiny-clip', picture, {})
  expect(running.fetched).toEqual(['grid'])
  const whole = await running.look('asset.embed', 'tiny-clip', picture.bytes, {})
  expect(small.previewHash).toBe(whole.previewHash)
  expect(cosine(readHalves(small.embedding!), readHalves(whole.embedding!))).toBeGreaterThan(0.99)
})

test('a picture that is too small is exchanged for the preview, and is not fetched any more', async () => {
  const running = await startTinyVision(['tiny-clip'])
  const first = await running.look('asset.embed', 'tiny-clip', await paint(40), {})
  expect(first).toMatchObject({ problem: null, embedding: expect.any(String) })
  expect(running.fetched).toEqual(['grid', 'preview'])
  await running.look('asset.embed', 'tiny-clip', await paint(40, 0.3), {})
  expect(running.fetched).toEqual(['grid', 'preview', 'preview'])
})

test('a photo that is no larger than the picture of the gallery travels once', async () => {
  const running = await startTinyVision(['tiny-clip'])
  const bytes = await paintRectangle({ widthPx: 40, heightPx: 30, box: [0, 0, 1, 1], colour: [0, 0, 255] })
  const result = await running.look(
    'asset.embed',
    'tiny-clip',
    { bytes, grid: { bytes, widthPx: 40, heightPx: 30 } },
    {},
  )
  expect(result).toMatchObject({ problem: null, embedding: expect.any(String) })
  expect(running.fetched).toHaveLength(1)
})

test('who looks closely at faces is shown the preview', async () => {
  const running = await startTinyVision(['tiny-yunet-sface'])
  await running.look('asset.faces', 'tiny-yunet-sface', await paint(512), {})
  expect(running.fetched).toEqual(['preview'])
})
