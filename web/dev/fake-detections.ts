import type { DetectionReview, DetectionView } from '../../protocol/detections.ts'
import { AppError } from '../../protocol/errors.ts'
import type { Mask } from '../../protocol/mask.ts'
import { encodeMask } from '../../protocol/rle.ts'
import type { Prompt } from '../../protocol/vision.ts'
import type { FakeLibrary } from './fake-library.ts'
import { seededRandom } from './seeded-random.ts'

const MASK_PX = 160
/** Ids of one picture begin here; none of the fake holds as many things. */
const IDS_PER_ASSET = 1_000
const MODEL = 'yolox-nano@3f1c0a9b77de'
const FACES = 'yunet-mobilefacenet@0102030405ff'
const labels = ['dog', 'person', 'boat', 'bicycle', 'potted plant', 'cup', 'bird', 'kite']

type Box = DetectionView['box']

/** What invented models see in invented pictures, and what people say of it. */
export class FakeDetections {
  readonly #library: FakeLibrary
  readonly #byAsset = new Map<number, DetectionView[]>()
  /** The next change is refused with this sentence. */
  refuseNext: string | null = null
  /** A question with a point is answered only when this has come true. */
  hold: Promise<unknown> = Promise.resolve()
  /** Nobody can answer a pointing finger. */
  isDeaf = false
  /** So many questions wake the only machine that could answer. */
  asleepFor = 0
  /** What was asked by pointing, oldest first. */
  readonly prompts: Prompt[] = []

  constructor(library: FakeLibrary) {
    this.#library = library
  }

  list(assetId: number): DetectionView[] {
    const known = this.#byAsset.get(assetId) ?? inventDetections(assetId, this.#heightShare(assetId))
    this.#byAsset.set(assetId, known)
    return known
  }

  draw(assetId: number, drawn: { label: string; box: Box; mask: Mask | null }): DetectionView {
    const all = this.list(assetId)
    const view: DetectionView = {
      ...drawn,
      id: assetId * IDS_PER_ASSET + 500 + all.length,
      assetId,
      kind: 'object',
      landmarks: null,
      score: null,
      review: 'drawn',
      model: null,
    }
    this.#byAsset.set(assetId, [...all, view])
    return view
  }

  change(
    id: number,
    change: { review?: Exclude<DetectionReview, 'drawn'>; label?: string; box?: Box },
  ): DetectionView {
    if (this.refuseNext !== null) {
      const message = this.refuseNext
      this.refuseNext = null
      throw new AppError('conflict', message)
    }
    const before = this.#require(id)
    const confirmed =
      change.label !== undefined && before.review === 'proposed' ? { review: 'confirmed' as const } : {}
    const after: DetectionView = { ...before, ...confirmed, ...change }
    this.#byAsset.set(
      before.assetId,
      this.list(before.assetId).map((known) => (known.id === id ? after : known)),
    )
    return after
  }

  remove(id: number): void {
    const { assetId, review } = this.#require(id)
    if (review !== 'drawn') throw new AppError('conflict', 'A model has found it: reject it instead')
    this.#byAsset.set(
      assetId,
      this.list(assetId).filter((known) => known.id !== id),
    )
  }

  async segment(assetId: number, prompt: Prompt) {
    this.prompts.push(prompt)
    await this.hold
    if (this.isDeaf)
      throw new AppError(
        'model_missing',
        'No model that can be pointed with is in use: run `hearth models pull mobile-sam` on a machine with a worker',
      )
    if (this.asleepFor > 0) {
      this.asleepFor -= 1
      throw new AppError('machine_asleep', '“desk” is being woken to answer; ask again in a moment')
    }
    const stagesMs = { fetch: 1, decode: 12, prepare: 4, infer: 90, read: 3 }
    const model = 'mobile-sam@11aa22bb33cc'
    const inside = prompt.points.filter((point) => point.inside)
    const box = prompt.box ?? around(inside.map(({ at }) => at))
    if (!box || inside.some(({ at: [, y] }) => y < 0.04))
      return { mask: null, box: null, score: 0, model, stagesMs }
    return { mask: blob(box, this.#heightShare(assetId), assetId), box, score: 0.93, model, stagesMs }
  }

  #heightShare(assetId: number): number {
    const asset = this.#library.detail(assetId)
    if (!asset) throw new AppError('not_found', 'This picture is not in the library any more.')
    return asset.heightPx / asset.widthPx
  }

  #require(id: number): DetectionView {
    const found = this.list(Math.floor(id / IDS_PER_ASSET)).find((known) => known.id === id)
    if (!found) throw new AppError('not_found', 'What was found there is gone: a model has looked again.')
    return found
  }
}

/** Three things and a face in most pictures, a crowd in every tenth, nothing in every seventh. */
function inventDetections(assetId: number, heightShare: number): DetectionView[] {
  const random = seededRandom(assetId * 77)
  const count = assetId % 7 === 0 ? 0 : assetId % 10 === 0 ? 24 : 3
  const things = Array.from({ length: count }, (_, at): DetectionView => {
    const size = count > 10 ? 0.08 + random() * 0.08 : 0.18 + random() * 0.2
    const box: Box = [random() * (1 - size), 0.05 + random() * (0.94 - size), size, size]
    return {
      id: assetId * IDS_PER_ASSET + at,
      assetId,
      kind: 'object',
      label: labels[Math.floor(random() * labels.length)] as string,
      box,
      mask: at % 3 === 2 ? null : blob(box, heightShare, at),
      landmarks: null,
      score: 0.4 + random() * 0.59,
      review: at === 1 ? 'confirmed' : 'proposed',
      model: MODEL,
    }
  })
  if (count !== 3) return things
  const face: DetectionView = {
    id: assetId * IDS_PER_ASSET + 400,
    assetId,
    kind: 'face',
    label: assetId % 2 === 0 ? 'face' : 'Anna',
    box: [0.62, 0.18, 0.12, 0.16],
    mask: null,
    landmarks: null,
    score: 0.98,
    review: assetId % 2 === 0 ? 'proposed' : 'confirmed',
    model: FACES,
  }
  return [...things, face]
}

function around(points: readonly (readonly number[])[]): Box | null {
  if (points.length === 0) return null
  const xs = points.map(([x]) => x as number)
  const ys = points.map(([, y]) => y as number)
  const left = Math.max(0, Math.min(...xs) - 0.11)
  const top = Math.max(0, Math.min(...ys) - 0.13)
  return [left, top, Math.min(1, Math.max(...xs) + 0.11) - left, Math.min(1, Math.max(...ys) + 0.13) - top]
}

/** Something round with bumps that fills a box. */
function blob([left, top, width, height]: Box, heightShare: number, seed: number): Mask {
  const rows = Math.max(1, Math.round(MASK_PX * Math.min(1, heightShare)))
  const columns = Math.max(1, Math.round(MASK_PX * Math.min(1, 1 / heightShare)))
  const bits = new Uint8Array(rows * columns)
  for (let y = 0; y < rows; y += 1) {
    for (let x = 0; x < columns; x += 1) {
      const dx = ((x + 0.5) / columns - left - width / 2) / (width / 2)
      const dy = ((y + 0.5) / rows - top - height / 2) / (height / 2)
      const reach = 0.86 + 0.13 * Math.sin(5 * Math.atan2(dy, dx) + seed)
      if (Math.hypot(dx, dy) < reach) bits[y * columns + x] = 1
    }
  }
  return encodeMask(bits, rows, columns)
}

/** The routes of what is in pictures. */
export function detectionHandlers({ detections }: { detections: FakeDetections }) {
  return {
    listDetections: ({ params }: { params: { id: number } }) => ({ detections: detections.list(params.id) }),
    drawDetection: ({
      params,
      body,
    }: {
      params: { id: number }
      body: Parameters<FakeDetections['draw']>[1]
    }) => detections.draw(params.id, body),
    changeDetection: ({
      params,
      body,
    }: {
      params: { id: number }
      body: Parameters<FakeDetections['change']>[1]
    }) => detections.change(params.id, body),
    deleteDetection: ({ params }: { params: { id: number } }) => {
      detections.remove(params.id)
      return {}
    },
    segmentAsset: ({ params, body }: { params: { id: number }; body: Prompt }) =>
      detections.segment(params.id, body),
  }
}
