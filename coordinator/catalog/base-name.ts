import { fileExtension } from '../../protocol/file-formats.ts'
import type { PathName } from '../../protocol/path-name.ts'

export type BaseName = {
  /** Files of one folder with equal base names are one asset. Compared byte for byte: `a` is not `A`. */
  base: PathName
  /** The role that the name itself states, as Pixel phones write it. */
  keyword: 'cover' | 'original' | null
}

/**
 * Marks that cameras append to the name of one moment, nothing else:
 * `PXL_….RAW-01.COVER`, `PXL_….RAW-02.ORIGINAL`, `PXL_….PORTRAIT-01.COVER`, `PXL_….MP`.
 * Other modes count only with their keyword, so that `trip.day-01` and `trip.day-02` stay apart, and
 * `BURST-01.COVER` keeps its number, because the frames of a burst are moments of their own.
 */
const cameraMark =
  /(?:(?:\.RAW-\d+)(?:\.MP)?(?:\.(COVER|ORIGINAL))?|(?:\.(?!BURST)[A-Z_]+-\d+)(?:\.MP)?\.(COVER|ORIGINAL)|(?:\.MP)?\.(COVER|ORIGINAL)|\.MP)$/i

/** The name without its last extension. Dots elsewhere belong to it: `2025.01.01 beach.jpg` is not `2025`. */
export function stemOf(name: PathName): PathName {
  const extension = fileExtension(name)
  return extension === '' ? name : name.slice(0, -extension.length - 1)
}

/** Takes the marks of a camera off a stem. */
export function baseNameOf(stem: PathName): BaseName {
  const mark = cameraMark.exec(stem)
  if (mark === null || mark.index === 0) return { base: stem, keyword: null }
  const base = stem.slice(0, mark.index)
  if (/\.BURST-\d+$/i.test(base)) return { base, keyword: null }
  const keyword = (mark[1] ?? mark[2] ?? mark[3])?.toLowerCase()
  return { base, keyword: keyword === 'cover' || keyword === 'original' ? keyword : null }
}
