import type { MediaFacts, Tags } from '../../protocol/ingest.ts'
import type { RenderOutcome } from './reader/messages.ts'

type Size = { widthPx: number; heightPx: number }

/** Facts about a picture that was rendered, or whose header at least was read. */
export function imageFacts(outcome: RenderOutcome, tags: Tags | undefined): MediaFacts {
  const size = outcome.picture ?? outcome.headerSizePx ?? findUprightSize(tags ?? {})
  return {
    kind: 'image',
    widthPx: size?.widthPx || null,
    heightPx: size?.heightPx || null,
    durationMs: null,
    codec: outcome.codec?.slice(0, 64) ?? findText(tags, 'File:FileType') ?? null,
  }
}

/**
 * Facts about a RAW file: its own size rather than that of the preview inside, unless the tags only
 * know a smaller one.
 */
export function rawFacts(outcome: RenderOutcome, tags: Tags | undefined): MediaFacts {
  const bySensor = findUprightSize(tags ?? {})
  const byPreview = outcome.picture ?? outcome.headerSizePx ?? undefined
  const size = areaOf(bySensor) >= areaOf(byPreview) ? bySensor : byPreview
  return {
    kind: 'image',
    widthPx: size?.widthPx || null,
    heightPx: size?.heightPx || null,
    durationMs: null,
    codec: findText(tags, 'File:FileType') ?? null,
  }
}

/** Facts about a movie from its tags alone, for machines without ffprobe. */
export function videoFactsFromTags(tags: Tags | undefined): MediaFacts {
  const size = findUprightSize(tags ?? {})
  const seconds = Object.entries(tags ?? {}).find(
    ([name, value]) => /:(Media|Track)?Duration$/.test(name) && typeof value === 'number',
  )?.[1]
  return {
    kind: 'video',
    widthPx: size?.widthPx || null,
    heightPx: size?.heightPx || null,
    durationMs:
      typeof seconds === 'number' && seconds >= 0 && seconds < 1e9 ? Math.round(seconds * 1_000) : null,
    codec: findText(tags, 'QuickTime:CompressorID') ?? findText(tags, 'RIFF:VideoCodec') ?? null,
  }
}

/** EXIF orientation 1–8 of a file, undefined when its tags have none. */
export function findOrientation(tags: Tags): number | undefined {
  const value = tags['EXIF:Orientation'] ?? tags['MakerNotes:Orientation'] ?? tags['File:Orientation']
  return typeof value === 'number' && value >= 1 && value <= 8 ? value : undefined
}

/** Where a poster is taken: after a second, so that it is not the black first frame, or sooner in short movies. */
export function posterTimesMs(durationMs: number | null): number[] {
  if (durationMs === null) return [1_000, 0]
  const first = Math.round(Math.min(1_000, durationMs / 10))
  return first === 0 ? [0] : [first, 0]
}

/** ExifTool's own idea of the size, which knows which of many sizes in a RAW file counts, turned upright. */
function findUprightSize(tags: Tags): Size | undefined {
  const text = tags['Composite:ImageSize']
  const [width = 0, height = 0] = typeof text === 'string' ? text.split(/[ x]/).map(Number) : []
  if (!(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0)) return undefined
  const rotation = tags['Composite:Rotation']
  const isTurned = (findOrientation(tags) ?? 1) >= 5 || rotation === 90 || rotation === 270
  return isTurned ? { widthPx: height, heightPx: width } : { widthPx: width, heightPx: height }
}

function areaOf(size: Size | undefined): number {
  return size === undefined ? 0 : size.widthPx * size.heightPx
}

function findText(tags: Tags | undefined, name: string): string | undefined {
  const value = tags?.[name]
  return typeof value === 'string' && value !== '' ? value.slice(0, 64) : undefined
}
