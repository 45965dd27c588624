import type { AssetDetail, AssetTile, TimelineBucket } from '../../protocol/assets.ts'
import type { AssetCuration, CuratedValues } from '../../protocol/edits.ts'
import type { Problem, ProblemCode } from '../../protocol/media.ts'
import { type FakePictures, SCENES } from './fake-pictures.ts'
import { seededRandom } from './seeded-random.ts'

/** Ids of one month begin here; no month of the fake has as many assets. */
const IDS_PER_BUCKET = 100_000

const problems: Record<string, string> = {
  damaged:
    'The file ends in the middle of the picture: 1.2 MB of it are there. If you have another copy, put it in its place.',
  empty: 'The file has no bytes. It may not have been copied to its end.',
  not_decodable: 'The picture is stored in a way that nothing here can decode (HEVC with 12 bits).',
}

/** As `AssetCuration`, with only the values that people have said. */
export type FakeWords = Omit<AssetCuration, 'values'> & { values: Partial<CuratedValues> }
export type FakeBucket = { bucket: string; count: number }

/** Months of assets, made up when they are asked for, so that a million of them cost nothing. */
export class FakeLibrary {
  readonly #pictures: FakePictures
  readonly #buckets: FakeBucket[]
  readonly #aspects = new Map<string, number>()
  /** What people have said since the start, by asset. */
  readonly words = new Map<number, FakeWords>()

  constructor(pictures: FakePictures, buckets: FakeBucket[]) {
    this.#pictures = pictures
    this.#buckets = buckets
  }

  get size(): number {
    return this.#buckets.reduce((sum, { count }) => sum + count, 0)
  }

  /** Makes the newest month larger, as a running import does. */
  grow(by: number): void {
    const first = this.#buckets[0]
    if (first) this.#buckets[0] = { ...first, count: first.count + by }
  }

  timeline(): TimelineBucket[] {
    return this.#buckets.map(({ bucket, count }, at) => ({ bucket, count, aspectSum: this.#aspectSum(at) }))
  }

  tiles(bucket: string, from: number, limit: number): AssetTile[] | undefined {
    const at = this.#buckets.findIndex((known) => known.bucket === bucket)
    const count = this.#buckets[at]?.count
    if (count === undefined) return undefined
    const length = Math.max(0, Math.min(limit, count - from))
    return Array.from({ length }, (_, index) => this.#tile(at, from + index))
  }

  detail(id: number): AssetDetail | undefined {
    const at = Math.floor((id - 1) / IDS_PER_BUCKET)
    const index = (id - 1) % IDS_PER_BUCKET
    const bucket = this.#buckets[at]
    if (!bucket || index >= bucket.count) return undefined
    const detail = detailOf(this.#tile(at, index))
    const words = this.words.get(id)
    if (!words) return detail
    const { values, ...rest } = words
    return {
      ...detail,
      curation: { ...detail.curation, ...rest, values: { ...detail.curation.values, ...values } },
    }
  }

  sceneOf(id: number): number {
    return sceneOf(id)
  }

  #tile(at: number, index: number): AssetTile {
    const { bucket, count } = this.#buckets[at] as FakeBucket
    const id = at * IDS_PER_BUCKET + index + 1
    const facts = this.#pictures.facts(sceneOf(id))
    const random = seededRandom(id)
    const isVideo = random() < 0.04
    const isDamaged = random() < 0.006
    const problemCode = (['damaged', 'empty', 'not_decodable'] as ProblemCode[])[Math.floor(random() * 3)]!
    const hasPicture = !isDamaged || problemCode === 'damaged'
    const local = bucket === 'undated' ? null : localTime(bucket, at, index, count)
    const durationMs = isVideo ? 2_000 + Math.floor(random() * 180_000) : null
    const hasRaw = !isVideo && random() < 0.12
    return this.#edited({
      id,
      kind: isVideo ? 'video' : 'image',
      state: isDamaged ? 'damaged' : 'ready',
      capturedAt: local && `${local}.000Z`,
      capturedLocal: local,
      widthPx: hasPicture ? facts.widthPx : 1,
      heightPx: hasPicture ? facts.heightPx : 1,
      durationMs,
      thumbhash: hasPicture ? facts.thumbhash : null,
      hasRaw,
      rating: hasRaw ? 4 : null,
      label: null,
      favourite: false,
      problemCode: isDamaged ? problemCode : null,
      version: `v${sceneOf(id)}`,
    })
  }

  /** With the marks that somebody has set since. */
  #edited(tile: AssetTile): AssetTile {
    const values = this.words.get(tile.id)?.values
    if (!values) return tile
    const { rating = tile.rating, label = tile.label, favourite = tile.favourite } = values
    return { ...tile, rating, label, favourite }
  }

  #aspectSum(at: number): number {
    const { bucket, count } = this.#buckets[at] as FakeBucket
    const key = `${bucket} ${count}`
    const known = this.#aspects.get(key)
    if (known !== undefined) return known
    let sum = 0
    // The mean of the first thousand stands for the rest: an estimate is all that the page needs.
    const counted = Math.min(count, 1_000)
    for (let index = 0; index < counted; index += 1) {
      const { widthPx, heightPx } = this.#tile(at, index)
      sum += widthPx / heightPx
    }
    const aspectSum = (sum / counted) * count
    this.#aspects.set(key, aspectSum)
    return aspectSum
  }
}

function sceneOf(id: number): number {
  return Math.floor(seededRandom(id * 31)() * SCENES)
}

/** Newest first: days with pictures come in groups, as they do in life. */
function localTime(bucket: string, at: number, index: number, count: number): string {
  const random = seededRandom(at + 1)
  const used = Math.min(28, Math.max(1, Math.ceil(count / 9)))
  const days = Array.from({ length: 28 }, (_, day) => ({ day: day + 1, order: random() }))
    .sort((a, b) => a.order - b.order)
    .slice(0, used)
    .map(({ day }) => day)
    .sort((a, b) => b - a)
  const share = (index / count) * days.length
  const seconds = Math.floor((1 - (share % 1)) * 50_000) + 25_000
  const pad = (value: number) => String(value).padStart(2, '0')
  const time = `${pad(Math.floor(seconds / 3600))}:${pad(Math.floor(seconds / 60) % 60)}:${pad(seconds % 60)}`
  return `${bucket}-${pad(days[Math.floor(share)] ?? 1)}T${time}`
}

function detailOf(tile: AssetTile): AssetDetail {
  const base = tile.kind === 'video' ? `VID_${tile.id}` : `IMG_${tile.id}`
  const folder = tile.capturedLocal
    ? `${tile.capturedLocal.slice(0, 4)}/${tile.capturedLocal.slice(0, 7)} Holiday`
    : ''
  const isVideo = tile.kind === 'video'
  const problem: Problem | null = tile.problemCode
    ? { code: tile.problemCode, message: problems[tile.problemCode] ?? 'The file cannot be shown.' }
    : null
  const file = (offset: number, name: string, role: 'original' | 'cover' | 'sidecar', sizeBytes: number) => ({
    id: tile.id * 10 + offset,
    path: folder === '' ? name : `${folder}/${name}`,
    name,
    role,
    state: 'ingested' as const,
    isCover: role === 'cover' || (role === 'original' && !tile.hasRaw),
    format: (name.split('.').at(-1) ?? '').toUpperCase(),
    sizeBytes,
    modifiedAt: tile.capturedAt ?? '2020-01-01T00:00:00.000Z',
    contentHash: null,
    widthPx: role === 'sidecar' ? null : tile.widthPx,
    heightPx: role === 'sidecar' ? null : tile.heightPx,
    durationMs: isVideo ? tile.durationMs : null,
    codec: isVideo ? 'h264' : null,
    problem: role === 'sidecar' ? null : problem,
    tags: role === 'sidecar' ? { 'XMP:Rating': 4 } : fakeTags(tile),
  })
  const files = isVideo
    ? [file(1, `${base}.mp4`, 'original', 48_200_000)]
    : tile.hasRaw
      ? [
          file(1, `${base}.CR3`, 'original', 28_400_000),
          file(2, `${base}.jpg`, 'cover', 6_300_000),
          file(3, `${base}.xmp`, 'sidecar', 4_100),
        ]
      : [file(1, `${base}.jpg`, 'original', 4_800_000)]
  const fileId = files[0]?.id ?? null
  const field = (name: AssetDetail['metadata'][number]['field'], value: string, detail: string) => ({
    field: name,
    value,
    source: name === 'rating' ? ('sidecar' as const) : ('file' as const),
    detail,
    fileId,
  })
  return {
    ...tile,
    libraryId: 1,
    folder,
    name: base,
    captured: tile.capturedLocal
      ? { at: tile.capturedAt ?? '', local: tile.capturedLocal, offsetMinutes: 120, source: 'exif_original' }
      : null,
    position: tile.id % 3 === 0 ? { latitude: 59.9139, longitude: 10.7522, altitudeM: 23 } : null,
    camera: 'Canon EOS R6',
    lens: 'RF 35mm F1.8 MACRO IS STM',
    problem,
    files,
    metadata: [
      field('capturedAt', tile.capturedLocal?.replace('T', ' ') ?? 'unknown', 'EXIF:DateTimeOriginal'),
      field('camera', 'Canon EOS R6', 'EXIF:Model'),
      field('lens', 'RF 35mm F1.8 MACRO IS STM', 'EXIF:LensModel'),
      field('exposure', '1/250 s', 'EXIF:ExposureTime'),
      field('aperture', 'f/2.8', 'EXIF:FNumber'),
      field('iso', 'ISO 400', 'EXIF:ISO'),
      field('focalLength', '35 mm', 'EXIF:FocalLength'),
      ...(tile.hasRaw ? [field('rating', '4', 'XMP:Rating')] : []),
    ],
    detections: 0,
    curation: {
      revision: 0,
      values: {
        rating: tile.rating,
        label: tile.label,
        title: null,
        description: null,
        creator: null,
        copyright: null,
        keywords: null,
        captured: tile.capturedLocal ? { local: tile.capturedLocal, offsetMinutes: 120 } : null,
        position: tile.id % 3 === 0 ? { latitude: 59.9139, longitude: 10.7522, altitudeM: 23 } : null,
        place: null,
        regions: null,
        favourite: tile.favourite,
      },
      persons: [],
      writeBack: null,
    },
  }
}

function fakeTags(tile: AssetTile): Record<string, unknown> {
  const tags: Record<string, unknown> = {
    'EXIF:Make': 'Canon',
    'EXIF:Model': 'Canon EOS R6',
    'EXIF:DateTimeOriginal': tile.capturedLocal?.replaceAll('-', ':').replace('T', ' '),
    'EXIF:ExposureTime': 0.004,
    'EXIF:FNumber': 2.8,
    'EXIF:ISO': 400,
    'File:ImageWidth': tile.widthPx,
    'File:ImageHeight': tile.heightPx,
    'XMP:Subject': ['holiday', 'family'],
  }
  for (let at = 1; at <= 40; at += 1) tags[`MakerNotes:CustomPictureStyle${at}`] = at % 5
  return tags
}
