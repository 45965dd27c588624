import type { JobHandlers } from '../../runtime/job-handler.ts'
import { OneAtATime } from '../one-at-a-time.ts'
import { type SidecarParts, SidecarWrite } from './write-sidecar.ts'

/**
 * Runs `sidecar.write` and `sidecar.restore`: the only way in which Hearth writes into a folder of its owner.
 *
 * One job at a time for each sidecar in this process; in the fleet the lease sees to it, and what lies there is
 * compared with what was expected until the last moment.
 */
export function createSidecarHandlers(
  parts: SidecarParts,
): Required<Pick<JobHandlers, 'sidecar.write' | 'sidecar.restore'>> {
  const turns = new Map<string, { turn: OneAtATime; users: number }>()
  async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    const entry = turns.get(key) ?? { turn: new OneAtATime(), users: 0 }
    turns.set(key, entry)
    entry.users += 1
    const leave = await entry.turn.enter()
    try {
      return await work()
    } finally {
      leave()
      entry.users -= 1
      if (entry.users === 0) turns.delete(key)
    }
  }
  return {
    'sidecar.write': (input, { signal }) =>
      inTurn(keyOf(input), () => new SidecarWrite(parts, input, signal).write(input)),
    'sidecar.restore': (input, { signal }) =>
      inTurn(keyOf(input), () => new SidecarWrite(parts, input, signal).restore(input)),
  }
}

function keyOf({
  root,
  mirrorRoot,
  path,
}: {
  root: string
  mirrorRoot: string | null
  path: string
}): string {
  return `${mirrorRoot ?? root}\0${path}`
}
