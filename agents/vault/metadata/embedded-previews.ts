/** Tags under which cameras and programs keep a finished picture inside a file. */
const previewTags =
  /:(JpgFromRaw\d?|PreviewImage|OtherImage\d?|ThumbnailImage|PhotoshopThumbnail|FullSizeImage)$/
const binaryPlaceholder = /^\(Binary data (\d+) bytes/

/** Fewer bytes hold no picture worth showing. */
const MIN_PREVIEW_BYTES = 200

/** One picture inside a file, as ExifTool names it: `EXIF:PreviewImage`. */
export type EmbeddedPreview = { tag: string; sizeBytes: number }

/**
 * The pictures that a file carries inside, largest first: in RAW files the largest is the camera's own
 * full-size JPEG, the smallest a thumbnail of 160 pixels.
 *
 * @param tags ExifTool's answer as it came, with its placeholders for binary data
 */
export function listEmbeddedPreviews(tags: Record<string, unknown>): EmbeddedPreview[] {
  const found: EmbeddedPreview[] = []
  for (const [tag, value] of Object.entries(tags)) {
    if (!previewTags.test(tag) || typeof value !== 'string') continue
    const sizeBytes = Number(binaryPlaceholder.exec(value)?.[1] ?? 0)
    if (sizeBytes >= MIN_PREVIEW_BYTES) found.push({ tag, sizeBytes })
  }
  return found.sort((a, b) => b.sizeBytes - a.sizeBytes)
}
