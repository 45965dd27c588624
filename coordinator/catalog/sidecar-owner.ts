import { fileFamily, takeoutPicture } from '../../protocol/file-formats.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { baseNameOf, stemOf } from './base-name.ts'
import type { Cluster } from './derivative-owner.ts'

/**
 * Returns a search for the cluster that a sidecar describes, by base name; null when none is there.
 *
 * In this order: the file that it names in full (`a.jpg.xmp`), the base name (`a.xmp`), the base name behind
 * a file that is gone (`a.jpg.xmp` beside `a.cr2`), darktable's further versions (`a_01.cr2.xmp`), and last
 * a base name that differs in case alone, if there is exactly one. The JSON of a Google Takeout names its file in full.
 */
export function sidecarOwner(clusters: ReadonlyMap<PathName, Cluster>): (name: PathName) => PathName | null {
  const baseOfFile = new Map<PathName, PathName>()
  const baseOfFolded = new Map<string, PathName | null>()
  for (const { base, files } of clusters.values()) {
    for (const file of files) baseOfFile.set(file.name, base)
    const folded = fold(base)
    baseOfFolded.set(folded, baseOfFolded.has(folded) ? null : base)
  }

  return (name) => {
    const ofTakeout = takeoutPicture(name)
    if (ofTakeout !== null) return baseOfFile.get(ofTakeout) ?? null
    const described = stemOf(name)
    const exact = baseOfFile.get(described)
    if (exact !== undefined) return exact

    const base = baseNameOf(described).base
    if (clusters.has(base)) return base

    const gone = fileFamily(described) === null ? base : baseNameOf(stemOf(described)).base
    if (clusters.has(gone)) return gone

    const version = /^(.+)_\d\d(\.[^.]+)$/.exec(described)
    const versioned = version === null ? undefined : baseOfFile.get(`${version[1]}${version[2]}`)
    return versioned ?? baseOfFolded.get(fold(base)) ?? baseOfFolded.get(fold(gone)) ?? null
  }
}

function fold(base: PathName): string {
  return base.normalize('NFC').toLowerCase()
}
