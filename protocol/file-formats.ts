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
  return families.get(fileExtension(name)) ?? null
}

/** One word for the format by the extension: `jpeg` for `.JPG`, `cr2`, `mov`; empty without an extension. */
export function fileFormat(name: string): string {
  const extension = fileExtension(name)
  return formatOf.get(extension) ?? extension
}
