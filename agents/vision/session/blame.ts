import type { ChildEnd } from './vision-child.ts'

/** Which of those that were in a process when it ended may have ended it. */
export function blameOf<T extends { id: number; isAlone: boolean }>(
  end: ChildEnd,
  sent: readonly T[],
): readonly T[] {
  // A run that does not end is known; the others only share its process.
  if (end.type === 'stuck') return sent.filter(({ id }) => end.ids.includes(id))
  return end.type === 'stopped' ? [] : sent
}
