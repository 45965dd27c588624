/**
 * Files that a browser shows by itself and that cannot run anything. The answer for all others is a
 * download: SVG and HTML inside Hearth's origin could act with the viewer's session.
 */
const shownTypes: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  jpe: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  bmp: 'image/bmp',
  mp4: 'video/mp4',
  m4v: 'video/mp4',
  webm: 'video/webm',
  mov: 'video/quicktime',
  mkv: 'video/x-matroska',
  avi: 'video/x-msvideo',
  '3gp': 'video/3gpp',
  mts: 'video/mp2t',
  m2ts: 'video/mp2t',
}
const downloadedTypes: Record<string, string> = {
  heic: 'image/heic',
  heif: 'image/heif',
  hif: 'image/heif',
  tif: 'image/tiff',
  tiff: 'image/tiff',
  jxl: 'image/jxl',
  dng: 'image/x-adobe-dng',
}

export type ContentType = { mimeType: string; disposition: 'inline' | 'attachment' }

/** By the extension alone: the bytes are never looked at and the browser is told not to guess. */
export function contentTypeOf(fileName: string): ContentType {
  const extension = /\.([^./]+)$/.exec(fileName)?.[1]?.toLowerCase() ?? ''
  const shown = Object.hasOwn(shownTypes, extension) ? shownTypes[extension] : undefined
  if (shown) return { mimeType: shown, disposition: 'inline' }
  const downloaded = Object.hasOwn(downloadedTypes, extension) ? downloadedTypes[extension] : undefined
  return { mimeType: downloaded ?? 'application/octet-stream', disposition: 'attachment' }
}

/**
 * A `Content-Disposition` whose name survives every file name: an ASCII form for old programs and the real
 * one as RFC 8187 says. Nothing of the name can end the header or the quotes.
 */
export function contentDisposition(disposition: ContentType['disposition'], fileName: string): string {
  const name = fileName.toWellFormed()
  const plain = name.replace(/[^\x20-\x7e]|["\\%/]/g, '_')
  const encoded = encodeURIComponent(name).replace(
    /['()*!]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
  return `${disposition}; filename="${plain}"; filename*=UTF-8''${encoded}`
}
