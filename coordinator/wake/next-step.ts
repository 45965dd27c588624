import { MAX_WAKE_PACKETS } from '../../protocol/power.ts'
import type { RunningWake, Sleeper } from './sleeper.ts'

/** A machine that answers on the network has so long for the rest of its start. */
const BOOT_LIMIT_MS = 300_000

export type WakeStep =
  | { type: 'wait' }
  | { type: 'send' }
  /** Its machine answers now. */
  | { type: 'booting' }
  | { type: 'giveUp'; message: string }
  /** Nothing waits for it any more. */
  | { type: 'cancel' }

/** What is to be done about a wake that goes on, while the machine's agent is not back. */
export function nextStep(
  wake: RunningWake,
  { policy }: Pick<Sleeper, 'policy'>,
  seen: { isWanted: boolean; isAnswering: boolean },
  now: Date,
): WakeStep {
  if (wake.cause === 'work' && !seen.isWanted) return { type: 'cancel' }
  const runsMs = now.getTime() - wake.startedAt.getTime()
  const bootsMs = wake.answeredAt ? now.getTime() - wake.answeredAt.getTime() : undefined
  const isOver = runsMs >= policy.giveUpSeconds * 1_000
  if (isOver && (bootsMs === undefined || bootsMs >= BOOT_LIMIT_MS))
    return { type: 'giveUp', message: describeFailure(wake, bootsMs !== undefined) }
  if (seen.isAnswering && bootsMs === undefined) return { type: 'booting' }
  const sinceLastMs = wake.lastPacketAt ? now.getTime() - wake.lastPacketAt.getTime() : Infinity
  // Also to one that answers: something else may have its address meanwhile.
  const isDue = sinceLastMs >= policy.packetEverySeconds * 1_000 && wake.packets < MAX_WAKE_PACKETS
  return isDue && !isOver ? { type: 'send' } : { type: 'wait' }
}

function describeFailure({ packets }: RunningWake, answered: boolean): string {
  const called = packets === 1 ? 'It was called once' : `It was called ${packets} times`
  return answered
    ? `${called} and answers on the network, but its agent has not come back: start it there, or let it start with the system`
    : `${called} and did not answer`
}
