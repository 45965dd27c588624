import type { PathName } from '../../protocol/path-name.ts'

/** Sidecars of different pictures are often alike, so one that seems to have moved says nothing. */
type Member = { assetId: number | null; isSidecar: boolean }

/** A group of a folder's files as `groupFolder` found it, with the rows of its files. */
export type GroupMembers = { key: PathName; members: readonly Member[] }

/** An asset that a group may become. */
export type Candidate = {
  id: number
  /** Its key when it lives in this folder already, else null. */
  keyHere: PathName | null
  /** It has files on the disk in another folder, so it stays there. */
  livesElsewhere: boolean
}

/**
 * Says which asset each group is: identity follows the files, then the name, and is given once.
 *
 * A group whose name is unchanged chooses first, so that a renamed sibling does not take its asset; among
 * the assets of a group's files the one with most of them wins, then the oldest.
 *
 * @returns for each group, in their order, an asset's id or null for a new one
 */
export function matchAssets(
  groups: readonly GroupMembers[],
  candidates: readonly Candidate[],
): (number | null)[] {
  const byId = new Map(candidates.map((candidate) => [candidate.id, candidate]))
  const byKey = new Map(candidates.filter((c) => c.keyHere !== null).map((c) => [c.keyHere as PathName, c]))
  const taken = new Set<number>()
  const matched: (number | null)[] = groups.map(() => null)

  const claim = (index: number, id: number | undefined): void => {
    if (id === undefined || matched[index] !== null || taken.has(id)) return
    taken.add(id)
    matched[index] = id
  }
  const claimByFiles = (group: GroupMembers, index: number): void => {
    for (const id of byShare(group)) {
      if (byId.get(id)?.livesElsewhere === false) claim(index, id)
    }
  }
  groups.forEach((group, index) => {
    const sameName = byKey.get(group.key)
    if (group.members.some((member) => member.assetId === sameName?.id)) claimByFiles(group, index)
  })
  groups.forEach(claimByFiles)
  groups.forEach((group, index) => {
    const sameName = byKey.get(group.key)
    if (sameName && !sameName.livesElsewhere) claim(index, sameName.id)
  })
  return matched
}

function byShare(group: GroupMembers): number[] {
  const counts = new Map<number, number>()
  const pictures = group.members.filter((member) => !member.isSidecar)
  for (const { assetId } of pictures.length > 0 ? pictures : group.members) {
    if (assetId !== null) counts.set(assetId, (counts.get(assetId) ?? 0) + 1)
  }
  return [...counts].sort(([a, ofA], [b, ofB]) => ofB - ofA || a - b).map(([id]) => id)
}
