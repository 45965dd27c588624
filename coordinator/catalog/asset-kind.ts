import { fileFamily, fileFormat } from '../../protocol/file-formats.ts'
import type { AssetKind, FileRole } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'

/** Containers that phones write Live Photos and Motion Photos in. */
const companionFormats = new Set(['mov', 'mp4'])

/** Live Photos last 3 s and Motion Photos up to 4; a longer movie is what its owner came for. */
const longestCompanionMs = 30_000

type KindFile = { name: PathName; role: FileRole; durationMs?: number | null }

/**
 * Whether files that belong together are a picture or a video.
 *
 * A movie beside a still is the moving part of that still, unless no phone could have made it so: it is
 * in another container or too long. Then the still is the video's poster. With a RAW it is always a picture.
 */
export function assetKind(files: readonly KindFile[]): AssetKind {
  const taken = files.filter((file) => file.role !== 'sidecar' && file.role !== 'derivative')
  if (taken.some((file) => fileFamily(file.name) === 'raw')) return 'image'
  const videos = taken.filter((file) => fileFamily(file.name) === 'video')
  if (videos.some((file) => !isCompanion(file))) return 'video'
  return taken.some((file) => fileFamily(file.name) === 'image') ? 'image' : 'video'
}

function isCompanion(file: KindFile): boolean {
  return companionFormats.has(fileFormat(file.name)) && (file.durationMs ?? 0) <= longestCompanionMs
}
