/** What a file's name says it holds. The bytes may disagree; whoever opens the file finds out. */
export type FileFamily = 'image' | 'raw' | 'video' | 'sidecar'

/** Extensions in lower case, by family. TIFF is an image: it is as often a scan or an export as a camera's file. */
const extensionsOf: Record<FileFamily, string> = {
  image: 'jpg jpeg jpe jfif png gif webp avif heic heif hif tif tiff bmp jxl psd',
  raw: '3fr ari arw bay cap cr2 cr3 crw dcr dcs dng drf eip erf fff gpr iiq k25 kdc mdc mef mos mrw nef nrw orf ori pef ptx pxn r3d raf raw rw2 rwl rwz sr2 srf srw x3f',
  // `mp` is the movie that Google Takeout puts beside a Motion Photo.
  video: 'mp4 mov m4v avi mkv webm mts m2ts 3gp 3g2 mpg mpeg wmv mp',
  sidecar: 'xmp thm',
}

/** Extensions that are other spellings of one format. */
const formatOf = new Map([
  ['jpg', 'jpeg'],
  ['jpe', 'jpeg'],
  ['jfif', 'jpeg'],
  ['tif', 'tiff'],
  ['hif', 'heif'],
  ['m2ts', 'mts'],
  ['mpg', 'mpeg'],
  ['mp', 'mp4'],
])

const families = new Map<string, FileFamily>(
  (Object.keys(extensionsOf) as FileFamily[]).flatMap((family) =>
    extensionsOf[family].split(' ').map((extension) => [extension, family] as const),
  ),
)

/** The text after the last dot in lower case; empty without one, and for `.jpg`, which is a hidden file. */
export function fileExtension(name: string): string {
  const fileName = name.slice(name.lastIndexOf('/') + 1)
  const dot = fileName.lastIndexOf('.')
  return dot > 0 ? fileName.slice(dot + 1).toLowerCase() : ''
}

/** The family that a name or path belongs to by its extension, or null when Hearth has no use for it. */
export function fileFamily(name: string): FileFamily | null {
  const extension = fileExtension(name)
  if (extension === 'json') return takeoutPicture(name) === null ? null : 'sidecar'
  return families.get(extension) ?? null
}

const takeoutName = /^(.+)(\.[a-z0-9]+)(\.s[a-z-]*)?(\(\d+\))?\.json$/i

/**
 * The picture that a JSON of a Google Takeout describes: `a.jpg` of `a.jpg.json` and `a.jpg.supplemental-metadata.json`,
 * whose second part is cut where the name becomes too long; `a(1).jpg` of `a.jpg(1).json` and
 * `a.jpg.supplemental-metadata(1).json`. Null for every other name, such as `metadata.json`.
 */
export function takeoutPicture(name: string): string | null {
  const [, stem, extension, mark = '', number = ''] = takeoutName.exec(name) ?? []
  if (stem === undefined || extension === undefined) return null
  if (!'.supplemental-metadata'.startsWith(mark.toLowerCase())) return null
  const family = families.get(extension.slice(1).toLowerCase())
  return family === undefined || family === 'sidecar' ? null : `${stem}${number}${extension}`
}

/** One word for the format by the extension: `jpeg` for `.JPG`, `cr2`, `mov`; empty without an extension. */
export function fileFormat(name: string): string {
  const extension = fileExtension(name)
  return formatOf.get(extension) ?? extension
}
