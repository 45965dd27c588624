/** A file that went or came: its own name without the folder, and the hash of its content. */
export type MovedFile = { id: number; name: Buffer; hash: Buffer }

/**
 * Pairs files that went with files of the same content that came, each at most once: first those that kept
 * their names, then the rest in the order of their ids.
 *
 * @returns ids of those that came, by the id of what they were
 */
export function pairMoves(gone: readonly MovedFile[], arrived: readonly MovedFile[]): Map<number, number> {
  const pairs = new Map<number, number>()
  const taken = new Set<number>()
  for (const keyOf of [byNameAndContent, byContent]) {
    const free = Map.groupBy(
      inOrder(arrived).filter(({ id }) => !taken.has(id)),
      keyOf,
    )
    for (const file of inOrder(gone)) {
      if (pairs.has(file.id)) continue
      const match = free.get(keyOf(file))?.shift()
      if (!match) continue
      pairs.set(file.id, match.id)
      taken.add(match.id)
    }
  }
  return pairs
}

function byNameAndContent({ name, hash }: MovedFile): string {
  return `${hash.toString('hex')} ${name.toString('hex')}`
}

function byContent({ hash }: MovedFile): string {
  return hash.toString('hex')
}

function inOrder(files: readonly MovedFile[]): MovedFile[] {
  return [...files].sort((a, b) => a.id - b.id)
}
