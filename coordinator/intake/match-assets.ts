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
 * A group whose name is unchanged chooses first, and no other group takes its asset from it, whatever was
 * renamed to what; among the assets of a group's files the one with most of them wins, then
 * the oldest.
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

  const shares = groups.map(byShare)
  const keepsName = groups.map((group, index) =>
    shares[index]!.includes(byKey.get(group.key)?.id ?? Number.NaN),
  )
  const keeper = new Map(
    groups.flatMap(({ key }, index) => (keepsName[index] ? [[byKey.get(key)!.id, index]] : [])),
  )

  const claim = (index: number, id: number): void => {
    if (matched[index] !== null || taken.has(id) || byId.get(id)?.livesElsewhere !== false) return
    if ((keeper.get(id) ?? index) !== index) return
    taken.add(id)
    matched[index] = id
  }
  const claimByFiles = (_group: GroupMembers, index: number): void => {
    for (const id of shares[index]!) claim(index, id)
  }
  groups.forEach((group, index) => {
    if (keepsName[index]) claimByFiles(group, index)
  })
  groups.forEach(claimByFiles)
  // What its own group has not taken, having chosen another, is free for the rest.
  keeper.clear()
  groups.forEach(claimByFiles)
  groups.forEach((group, index) => {
    const sameName = byKey.get(group.key)
    if (sameName) claim(index, sameName.id)
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
