import { posix } from 'node:path'
import { fileFamily } from '../../../protocol/file-formats.ts'
import { displayPathName, type PathName } from '../../../protocol/path-name.ts'
import type { SkipReason } from '../../../protocol/scan.ts'

/** What a directory entry is, from its own type: links are not looked through. */
export type EntryKind = 'folder' | 'file' | 'link' | 'special'

export type EntryFate = { take: 'folder' | 'file' } | { skip: SkipReason }

export type SkipRules = {
  ignoreGlobs: readonly string[]
  /** Hearth's own folders, relative to the root. */
  dataFolders: ReadonlySet<PathName>
}

/** Names that file systems, NAS systems and desktops put beside pictures; compared without case. */
const systemNames: ReadonlySet<string> = new Set([
  ...['@eadir', '#recycle', '#snapshot', 'lost+found', '$recycle.bin', 'system volume information'],
  ...['.ds_store', 'thumbs.db', 'desktop.ini'],
])

const takeFolder: EntryFate = { take: 'folder' }
const takeFile: EntryFate = { take: 'file' }

/**
 * Decides what happens with one directory entry.
 *
 * The order is from what is certain to what is a choice, so that a hidden link is `hidden` and an
 * ignored text file is `ignored`.
 *
 * @param path the entry relative to the root, `name` included
 */
export function decideEntry(path: PathName, name: PathName, kind: EntryKind, rules: SkipRules): EntryFate {
  if (rules.dataFolders.size > 0 && rules.dataFolders.has(path)) return { skip: 'data_folder' }
  if (systemNames.has(name.toLowerCase())) return { skip: 'system' }
  if (name.startsWith('.')) return { skip: 'hidden' }
  if (kind === 'link') return { skip: 'link' }
  if (kind === 'special') return { skip: 'special' }
  if (rules.ignoreGlobs.length > 0 && isIgnored(path, name, rules.ignoreGlobs)) return { skip: 'ignored' }
  if (kind === 'folder') return takeFolder
  return fileFamily(name) === null ? { skip: 'unsupported' } : takeFile
}

/**
 * Whether a library's own globs leave this entry out.
 *
 * A glob with a slash is matched against the whole path below the root (`exports/**`, `** /cache`
 * without the blank), one without a slash against the name alone, at any depth (`*.tmp`, `cache`).
 * Case counts. A folder that matches is not entered. Names are matched as they are shown, so a byte
 * that is not UTF-8 is U+FFFD here.
 */
export function isIgnored(path: PathName, name: PathName, globs: readonly string[]): boolean {
  const shownPath = displayPathName(path)
  const shownName = displayPathName(name)
  return globs.some((glob) =>
    glob.includes('/')
      ? posix.matchesGlob(shownPath, glob.replace(/^\/|\/$/g, ''))
      : posix.matchesGlob(shownName, glob),
  )
}
