import { fileFamily } from '../../protocol/file-formats.ts'
import type { AssetKind, FileRole } from '../../protocol/media.ts'
import type { PathName } from '../../protocol/path-name.ts'
import { assetKind } from './asset-kind.ts'
import { assignRoles, type Member } from './assign-roles.ts'
import { baseNameOf, stemOf } from './base-name.ts'
import { type Cluster, findOwners } from './derivative-owner.ts'
import { sidecarOwner } from './sidecar-owner.ts'

/** The files of one folder that are one asset. */
export type FolderGroup = {
  /** The base name that its files share; unique in the folder. */
  key: PathName
  kind: AssetKind
  /** Sorted by name. */
  files: { name: PathName; role: FileRole }[]
  /** The file whose picture stands for the asset until a person chooses another. */
  cover: PathName
}

export type FolderGrouping = {
  /** Sorted by key. */
  groups: FolderGroup[]
  /** Sidecars whose picture is not there and files that Hearth has no use for, sorted: in no group. */
  orphans: PathName[]
}

/**
 * Sorts the files of one folder into assets by their names alone.
 *
 * The result depends on the set of names, not on their order: a folder that arrives in pieces is grouped
 * again as a whole. Joining two moments hides a picture, splitting one shows it twice; where a name leaves
 * it open the files stay apart. `README.md` beside this file has the rules with examples.
 *
 * @param names without folders; O(n log n)
 */
export function groupFolder(names: readonly PathName[]): FolderGrouping {
  const clusters = new Map<PathName, Cluster>()
  const sidecars: PathName[] = []
  const orphans: PathName[] = []

  for (const name of new Set(names)) {
    const family = fileFamily(name)
    if (family === null) orphans.push(name)
    else if (family === 'sidecar') sidecars.push(name)
    else {
      const { base, keyword } = baseNameOf(stemOf(name))
      const cluster = clusters.get(base)
      if (cluster === undefined) clusters.set(base, { base, files: [{ name, family, keyword }] })
      else cluster.files.push({ name, family, keyword })
    }
  }

  const owners = findOwners(clusters)
  const members = new Map<PathName, Member[]>()
  for (const { base, files } of clusters.values()) {
    const owner = owners.get(base) ?? { base, isDerived: false }
    const joined = files.map((file) => ({ ...file, isDerived: owner.isDerived }))
    const present = members.get(owner.base)
    if (present === undefined) members.set(owner.base, joined)
    else present.push(...joined)
  }

  const findSidecarOwner = sidecarOwner(clusters)
  for (const name of sidecars) {
    const base = findSidecarOwner(name)
    if (base === null) orphans.push(name)
    else
      members
        .get(owners.get(base)?.base ?? base)
        ?.push({ name, family: 'sidecar', keyword: null, isDerived: false })
  }

  const groups = [...members].map(([key, all]) => toGroup(key, all))
  return { groups: groups.sort((a, b) => (a.key < b.key ? -1 : 1)), orphans: orphans.sort() }
}

function toGroup(key: PathName, members: Member[]): FolderGroup {
  const own = members.filter((member) => member.family !== 'sidecar' && !member.isDerived)
  const kind = assetKind(own.map(({ name }) => ({ name, role: 'original' })))
  return { key, kind, ...assignRoles(members, kind) }
}
