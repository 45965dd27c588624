import type { AssetFile } from '../../protocol/assets.ts'

const shownByBrowsers = new Set(['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'webp', 'gif', 'avif'])

/** The file with most pixels that a browser can draw itself: the cover first, RAW and HEIC never. */
export function findDisplayableFile(files: readonly AssetFile[]): AssetFile | undefined {
  const able = files.filter(
    (file) => file.state === 'ingested' && !file.problem && shownByBrowsers.has(extensionOf(file)),
  )
  return (
    able.find(({ isCover }) => isCover) ??
    able.find(({ role }) => role === 'original' || role === 'cover') ??
    able[0]
  )
}

function extensionOf(file: AssetFile): string {
  return (file.name.split('.').at(-1) ?? '').toLowerCase()
}

/** The file to play for a video, or for the moving part of a picture. */
export function findVideoFile(files: readonly AssetFile[]): AssetFile | undefined {
  const videos = files.filter(
    (file) => file.state === 'ingested' && file.durationMs !== null && file.role !== 'sidecar',
  )
  return videos.find(({ role }) => role === 'original') ?? videos[0]
}
