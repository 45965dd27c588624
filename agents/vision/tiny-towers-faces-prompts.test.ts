import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { boxOfMask } from '../../protocol/mask-shape.ts'
import { writeTinyModels } from '../../scripts/fixtures/onnx/tiny-models.ts'
import { paintRectangle } from './testing/paint-rectangle.ts'
import { cosine, readHalves } from './testing/read-halves.ts'
import { RunningVision } from './testing/running-vision.ts'

/** Models that the project makes itself: they show that the way is right, not that anything is understood. */
let running: RunningVision
const box = [0.25, 0.25, 0.5, 0.5] as const
const colours = { red: [255, 0, 0], green: [0, 255, 0], blue: [0, 0, 255] } as const
type Colour = keyof typeof colours
const names = Object.keys(colours) as Colour[]
const paint = (colour: Colour) => paintRectangle({ box, colour: colours[colour] })

beforeAll(async () => {
  running = await RunningVision.start((folder) =>
    writeTinyModels(folder, [
      'tiny-clip',
      'tiny-siglip',
      'tiny-classifier',
      'tiny-yunet-sface',
      'tiny-scrfd-arcface',
      'tiny-ultraface-mobilefacenet',
      'tiny-sam',
      'tiny-mobilesam',
      'tiny-sam2',
    ]),
  )
})
afterAll(() => running[Symbol.asyncDispose]())

describe.each(['tiny-clip', 'tiny-siglip', 'tiny-classifier'])('%s', (model) => {
  test('a word finds the picture of its colour', async () => {
    const pictures = await Promise.all(
      names.map(async (colour) => {
        const { embedding } = await running.look('asset.embed', model, await paint(colour), {})
        return readHalves(embedding!)
      }),
    )
    for (const colour of names) {
      const { embedding } = await running.ask(model, colour)
      const closeness = pictures.map((picture) => cosine(picture, readHalves(embedding!)))
      expect(names[closeness.indexOf(Math.max(...closeness))]).toBe(colour)
    }
  })

  test('512 emoji are answered', async () => {
    const { embedding } = await running.ask(model, '🐶'.repeat(256))
    // The list of words of a classifier has none of them; the others read what they do not know as nothing.
    expect(embedding === null).toBe(model === 'tiny-classifier')
  })

  test.each([
    [1, 1],
    [1, 10_000],
  ])('a picture of %i×%i has a vector', async (widthPx, heightPx) => {
    const preview = await paintRectangle({ widthPx, heightPx, box: [0, 0, 1, 1] })
    expect(await running.look('asset.embed', model, preview, {})).toMatchObject({
      problem: null,
      embedding: expect.any(String),
    })
  })
})

test('a classifier suggests its words for one that it does not know', async () => {
  expect(await running.ask('tiny-classifier', 'gren')).toEqual({
    embedding: null,
    suggestions: expect.arrayContaining(['green']),
  })
})

describe.each(['tiny-yunet-sface', 'tiny-scrfd-arcface', 'tiny-ultraface-mobilefacenet'])('%s', (model) => {
  test('finds the one bright thing, and tells it from one of another colour', async () => {
    const looks = await Promise.all(
      (['red', 'red', 'blue'] as const).map(async (colour) =>
        running.look('asset.faces', model, await paint(colour), {}),
      ),
    )
    const vectors = looks.map(({ faces }) => {
      expect(faces).toHaveLength(1)
      expectNear(faces[0]!.box, 0.04)
      return readHalves(faces[0]!.embedding!)
    })
    expect(cosine(vectors[0]!, vectors[1]!)).toBeGreaterThan(0.99)
    expect(cosine(vectors[0]!, vectors[2]!)).toBeLessThan(0.7)
  })

  test('has landmarks inside the face, or none', async () => {
    const { faces } = await running.look('asset.faces', model, await paint('green'), {})
    const { landmarks } = faces[0]!
    expect(landmarks === null).toBe(model === 'tiny-ultraface-mobilefacenet')
    for (const [x, y] of landmarks ?? []) {
      expect(Math.abs(x - 0.5)).toBeLessThan(0.25)
      expect(Math.abs(y - 0.5)).toBeLessThan(0.25)
    }
  })

  test('a face of 32 pixels is told apart, one of 16 is only found', async () => {
    const large = await paintRectangle({ widthPx: 64, heightPx: 64, box })
    const small = await paintRectangle({ widthPx: 32, heightPx: 32, box })
    expect((await running.look('asset.faces', model, large, {})).faces[0]!.embedding).not.toBeNull()
    expect((await running.look('asset.faces', model, small, {})).faces[0]!.embedding).toBeNull()
  })
})

describe.each(['tiny-sam', 'tiny-mobilesam', 'tiny-sam2'])('%s', (model) => {
  const point = (x: number, y: number) => ({
    points: [{ at: [x, y] as [number, number], inside: true }],
    box: null,
  })

  test('outlines what a point lies on', async () => {
    const { mask, score } = await running.look('asset.prompt', model, await paint('green'), {
      prompt: point(0.5, 0.5),
    })
    expectNear(boxOfMask(mask!)!, 0.07)
    expect(score).toBeGreaterThan(0.5)
  })

  test('outlines what a box is around', async () => {
    const preview = await paint('red')
    const { mask } = await running.look('asset.prompt', model, preview, {
      prompt: { points: [], box: [0.3, 0.3, 0.4, 0.4] },
    })
    expectNear(boxOfMask(mask!)!, 0.07)
  })

  test('a point beside it outlines the rest', async () => {
    const { mask } = await running.look('asset.prompt', model, await paint('red'), {
      prompt: point(0.05, 0.9),
    })
    const [x, y, width, height] = boxOfMask(mask!)!
    expect([x, y]).toEqual([0, 0])
    expect(Math.min(width, height)).toBeGreaterThan(0.95)
  })

  test('a picture of one line has an outline', async () => {
    const preview = await paintRectangle({ widthPx: 1_440, heightPx: 1, box: [0, 0, 1, 1] })
    const { mask } = await running.look('asset.prompt', model, preview, { prompt: point(0.5, 0.5) })
    expect(mask!.size[0]).toBe(1)
  })
})

function expectNear(found: readonly number[], tolerance: number): void {
  for (const [side, value] of found.entries()) expect(Math.abs(value - box[side]!)).toBeLessThan(tolerance)
}
