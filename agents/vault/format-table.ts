/** How a file is treated: which program opens it and whether a picture comes out. */
export type FormatFamily = 'image' | 'raw' | 'video' | 'sidecar'

/**
 * Extensions of each family, lower case, without the dot. Scan and ingest both read this table: what is
 * not in it is skipped as `unsupported`.
 *
 * `mp` is the movie of a Pixel motion photo (`IMG.MP.jpg` beside `IMG.MP`), `thm` the small JPEG that
 * cameras write beside a movie. `hif` is Canon's and Sony's name for HEIC, `jfif` and `jpe` are JPEGs.
 */
export const extensionsByFamily = {
  image: [
    ...['jpg', 'jpeg', 'jpe', 'jfif', 'png', 'gif', 'webp', 'avif', 'heic', 'heif', 'hif'],
    ...['tif', 'tiff', 'bmp', 'jxl', 'psd'],
  ],
  raw: [
    ...[
      '3fr',
      'ari',
      'arw',
      'bay',
      'cap',
      'cr2',
      'cr3',
      'crw',
      'dcr',
      'dcs',
      'dng',
      'drf',
      'eip',
      'erf',
      'fff',
    ],
    ...[
      'gpr',
      'iiq',
      'k25',
      'kdc',
      'mdc',
      'mef',
      'mos',
      'mrw',
      'nef',
      'nrw',
      'orf',
      'ori',
      'pef',
      'ptx',
      'pxn',
    ],
    ...['r3d', 'raf', 'raw', 'rw2', 'rwl', 'rwz', 'sr2', 'srf', 'srw', 'x3f'],
  ],
  video: [
    ...['mp4', 'mov', 'm4v', 'avi', 'mkv', 'webm', 'mts', 'm2ts', '3gp', '3g2', 'mpg', 'mpeg', 'wmv', 'mp'],
  ],
  sidecar: ['xmp', 'thm'],
} as const satisfies Record<FormatFamily, readonly string[]>

const familyByExtension: ReadonlyMap<string, FormatFamily> = new Map(
  Object.entries(extensionsByFamily).flatMap(([family, extensions]) =>
    extensions.map((extension) => [extension, family as FormatFamily] as const),
  ),
)

/** The part of a name after its last dot, lower case; empty when there is none or the dot comes first. */
export function extensionOf(name: string): string {
  const dot = name.lastIndexOf('.')
  return dot <= 0 ? '' : name.slice(dot + 1).toLowerCase()
}

/** The family of a file name, or undefined when Hearth does not take such files. */
export function findFamily(name: string): FormatFamily | undefined {
  return familyByExtension.get(extensionOf(name))
}
