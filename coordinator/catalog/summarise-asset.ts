import type { AssetState, Captured, FileState, GeoPoint } from '../../protocol/assets.ts'
import { fileFamily } from '../../protocol/file-formats.ts'
import type { MediaFacts } from '../../protocol/ingest.ts'
import type { AssetKind, DerivedFile, Problem } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { assetKind } from './asset-kind.ts'
import { dateAsset } from './date-asset.ts'
import { describeAsset } from './describe-asset.ts'
import { byAuthority, type KnownFile } from './known-file.ts'
import { placeAsset } from './place-asset.ts'
import { valuesOf, type Words } from './summarise-words.ts'

/** All that the catalog knows about one file of an asset. What reading gave is empty until it was read. */
export type SummaryFile = KnownFile & {
  state: FileState
  media: MediaFacts | null
  derived: readonly Pick<DerivedFile, 'kind' | 'hash' | 'widthPx' | 'heightPx'>[]
  thumbhash: string | null
  problem: Problem | null
}

export type SummaryInput = {
  files: readonly SummaryFile[]
  /** The cover by `groupFolder`, or by a person. */
  cover: PathName
  /** Milliseconds since 1970; capture times after it are not believed. */
  nowMs: number
}

/** The columns of an asset that follow from its files. */
export type AssetSummary = {
  kind: AssetKind
  state: AssetState
  /** The file whose derived pictures are shown; null when none has any. */
  coverFileId: number | null
  captured: Captured | null
  /** Month of the camera's day, `2024-05`, or `undated`. */
  bucket: string
  position: GeoPoint | null
  camera: string | null
  lens: string | null
  /** What the files say of what people can edit. */
  words: Words
  /** Of the shown picture, upright; 1 × 1 when unknown. */
  widthPx: number
  heightPx: number
  /** Of a video; a picture that moves for a moment has none. */
  durationMs: number | null
  thumbhash: string | null
  hasRaw: boolean
  /** Why the asset is damaged; null in every other state. */
  problem: Problem | null
  /** Twelve digits of the shown preview's hash, or `none`. */
  version: string
}

/**
 * Computes what an asset is from the files that it has now.
 *
 * Missing files count only when all are missing: the asset then keeps what was known of it. It waits until
 * the first of its files has a picture, or until all are read and none has.
 */
export function summariseAsset({ files, cover, nowMs }: SummaryInput): AssetSummary {
  const isGone = files.every((file) => file.role === 'sidecar' || file.state === 'missing')
  const known = isGone ? files : files.filter((file) => file.state !== 'missing')
  const showable = inOrderOfShowing(known, cover)
  const shown = showable.find(hasPicture) ?? null
  const captured = dateAsset(known, nowMs)
  const { camera, lens, words } = describeAsset(known, nowMs)
  const kind = assetKind(
    known.map(({ name, role, media }) => ({ name, role, durationMs: media?.durationMs })),
  )
  const state = isGone ? 'missing' : stateOf(showable, shown)

  return {
    kind,
    state,
    coverFileId: shown?.id ?? null,
    captured,
    bucket: captured?.local.slice(0, 7) ?? 'undated',
    position: placeAsset(known),
    camera,
    lens,
    words: valuesOf(words),
    ...sizeOf(shown, showable),
    durationMs: kind === 'video' ? durationOf(showable) : null,
    thumbhash: shown?.thumbhash ?? null,
    hasRaw: known.some((file) => fileFamily(file.name) === 'raw'),
    problem: state === 'damaged' ? problemOf(showable, shown) : null,
    version: previewOf(shown)?.hash.slice(0, 12) ?? 'none',
  }
}

/** The chosen cover first, then whole files before damaged ones; sidecars' thumbnails are never shown. */
function inOrderOfShowing(files: readonly SummaryFile[], cover: PathName): SummaryFile[] {
  const candidates = byAuthority(
    files.filter((file) => file.role !== 'sidecar'),
    ['cover', 'original', 'export', 'derivative'],
  )
  const rank = (file: SummaryFile) =>
    (hasPicture(file) && file.problem !== null ? 2 : 0) + (file.name === cover ? 0 : 1)
  return candidates.sort((a, b) => rank(a) - rank(b))
}

function stateOf(showable: readonly SummaryFile[], shown: SummaryFile | null): AssetState {
  if (shown !== null) return shown.problem === null ? 'ready' : 'damaged'
  return showable.some((file) => file.state === 'found') ? 'waiting' : 'damaged'
}

function problemOf(showable: readonly SummaryFile[], shown: SummaryFile | null): Problem | null {
  return shown?.problem ?? showable.find((file) => file.problem !== null)?.problem ?? null
}

function hasPicture(file: SummaryFile): boolean {
  return file.derived.length > 0
}

/** The largest derived picture. */
function previewOf(file: SummaryFile | null): SummaryFile['derived'][number] | null {
  for (const kind of ['preview', 'grid', 'tiny'] as const) {
    const derived = file?.derived.find((candidate) => candidate.kind === kind)
    if (derived !== undefined) return derived
  }
  return null
}

/** The shape must be that of the picture on the tile, so other files are asked only when it has no size. */
function sizeOf(
  shown: SummaryFile | null,
  showable: readonly SummaryFile[],
): { widthPx: number; heightPx: number } {
  const sizes = [shown?.media, previewOf(shown), ...showable.map((file) => file.media)]
  for (const size of sizes) {
    if (size?.widthPx && size.heightPx) return { widthPx: size.widthPx, heightPx: size.heightPx }
  }
  return { widthPx: 1, heightPx: 1 }
}

function durationOf(showable: readonly SummaryFile[]): number | null {
  const videos = showable.filter(
    (file) => fileFamily(file.name) === 'video' && file.media?.durationMs != null,
  )
  return (videos.find((file) => file.role === 'original') ?? videos[0])?.media?.durationMs ?? null
}
