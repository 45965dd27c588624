import { isWithin, nextTime, wallTimeOf } from '../../protocol/day-window.ts'
import { cardsOf, type Sleeper } from './sleeper.ts'

/** Work that waits for a machine. */
export type WakeNeed = {
  jobs: number
  /** Since when the job waits that waits longest. */
  oldestAt: Date
}

export type MayWake = { may: true } | { may: false; why: string }

const MINUTE_MS = 60_000
const LONGEST_REST_MS = 6 * 60 * MINUTE_MS

/** Whether a machine that is not connected may be woken for work now; if not, why, for people. */
export function mayWake(machine: Sleeper, need: WakeNeed | undefined, now: Date): MayWake {
  const why = whyNot(machine, need, now)
  return why === undefined ? { may: true } : { may: false, why }
}

function whyNot(machine: Sleeper, need: WakeNeed | undefined, now: Date): string | undefined {
  const { policy } = machine
  if (machine.isPaused) return 'It is paused and would take no work'
  if (policy.wake === 'never') return 'Waking it for work is turned off'
  if (policy.wake === 'asleep' && machine.asleepSince === null && machine.failedWakes === 0)
    return 'It went without a word, so it may be off or on a journey; only machines that went to sleep are woken'
  if (cardsOf(machine).length === 0) return 'No network card of it is known that could be called'
  if (!need) return 'No work waits for it'
  if (isTooLittle(machine, need, now))
    return `${need.jobs} of ${policy.threshold} jobs wait that would be worth waking it`
  if (machine.notBefore && machine.notBefore > now)
    return `Its own schedule lets it work again at ${minute(machine.notBefore)}`
  if (isWithin(policy.quietHours, wallTimeOf(now))) {
    const end = nextTime(policy.quietHours, false, now)
    return end ? `Quiet hours until ${minute(end)}` : 'Quiet hours without an end'
  }
  if (machine.failedWakes >= policy.attempts)
    return `It did not answer ${machine.failedWakes} times in a row; a person has to look, or wake it`
  const readyAt = restsUntil(machine)
  return readyAt > now ? `It rests until ${minute(readyAt)}` : undefined
}

function isTooLittle({ policy }: Sleeper, need: WakeNeed, now: Date): boolean {
  if (need.jobs >= policy.threshold) return false
  if (policy.patienceMinutes === null) return true
  return now.getTime() - need.oldestAt.getTime() < policy.patienceMinutes * MINUTE_MS
}

/** After it went to sleep; after a wake in vain, longer with each. */
function restsUntil({ policy, asleepSince, failedWakes, lastWakeEndedAt }: Sleeper): Date {
  const restMs = policy.coolDownMinutes * MINUTE_MS
  if (failedWakes === 0) return new Date((asleepSince?.getTime() ?? 0) + restMs)
  const longerMs = Math.min(LONGEST_REST_MS, restMs * 2 ** (failedWakes - 1))
  return new Date((lastWakeEndedAt?.getTime() ?? 0) + longerMs)
}

/** As everywhere in sentences of the server: screens show it in local time. */
function minute(at: Date): string {
  const iso = at.toISOString()
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`
}
